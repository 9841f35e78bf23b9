// Converts a policy of Huawei Cloud APIG. docs/from-huawei.md documents the same table.

import { commonForBrowsers } from "./gateway";
import type { Json } from "./keycloak";

/** The values by field. */
export type Policy = Json;

/** A field of the policy, and the filter's settings for it. */
export const FIELDS: Record<string, (value: any) => Record<string, unknown>> = {
  client_id: (value) => ({ client_id: value }),
  client_secret: (value) => ({ client_secret: value }),
  discovery: (value) => ({ discovery: value }),
  redirect_api: (path) => ({ redirect_uri: path }),
  scope: (value) => ({ scope: value }),
  logout_api: (path) => ({ logout_path: path }),
  public_key: (value) => ({ public_key: value }),
  jwt_cache_enabled: (value) => ({ jwt_verification_cache_ignore: !value }),
  jwks_enabled: (value) => ({ use_jwks: value }),
  auth_header_name: (value) => ({ auth_header_name: value }),
  access_token_expires_in: (value) => ({ access_token_expires_in: value }),
  redirect_after_logout_uri: (value) => ({ redirect_after_logout_uri: value }),
  slient_renew_access_token_enabled: (value) => ({ renew_access_token_on_expiry: value }),
  set_access_token_header_enabled: (value) => ({ set_access_token_header: value, access_token_in_authorization_header: value }),
  set_userinfo_header_enabled: (value) => ({ set_userinfo_header: value }),
};
/** What APIG does for every policy, and the filter only with these settings. */
const ALWAYS = { scope: "openid email profile", token_signing_alg_values_expected: ["RS256", "RS384", "RS512"], token_endpoint_auth_method: "client_secret_basic" };

export function converted(policy: Policy): Record<string, unknown> {
  const attributes = Object.entries(policy).map(([field, value]) => FIELDS[field]!(value));
  return Object.assign({ ...commonForBrowsers, ...ALWAYS }, ...attributes);
}
