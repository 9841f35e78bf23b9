// A cluster to Keycloak that removes expires_in from its answers, because some providers do not send it.

import type { ClusterOptions } from "../../../cli/demo/envoy-config";
import type { KeycloakState } from "./runtime";

const LUA = `function envoy_on_response(handle)
  local body = handle:body()
  local size = body:setBytes((body:getBytes(0, body:length()):gsub('"expires_in":%d+,', "")))
  handle:headers():replace("content-length", size)
end`;

export function withoutExpiresIn({ host, port }: KeycloakState): ClusterOptions {
  const api = (name: string) => ({ "@type": `type.googleapis.com/envoy.extensions.${name}` });
  const options = {
    ...api("upstreams.http.v3.HttpProtocolOptions"),
    explicit_http_config: { http_protocol_options: {} },
    http_filters: [
      { name: "envoy.filters.http.lua", typed_config: { ...api("filters.http.lua.v3.Lua"), default_source_code: { inline_string: LUA } } },
      { name: "envoy.filters.http.upstream_codec", typed_config: api("filters.http.upstream_codec.v3.UpstreamCodec") },
    ],
  };
  return { host, port, extra: { typed_extension_protocol_options: { "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options } } };
}
