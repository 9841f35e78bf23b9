// `convert`: turns another tool's configuration into the filter's, and reports every difference.

import { isFields } from "../check/fields";
import { judge, type Remark } from "../filter/judge";
import { variablesOf } from "../filter/stand_ins";
import { UserError } from "../io";
import type { SourceFile } from "../source/source_file";
import { convertApisix } from "./apisix";
import { convertEnvoyGateway } from "./envoy_gateway";
import { convertEnvoyOauth2 } from "./envoy_oauth2";
import { convertHuawei } from "./huawei";
import { convertJwtAuthn } from "./jwt_authn";
import { convertModAuthOpenidc } from "./mod_auth_openidc";
import { convertOauth2Proxy } from "./oauth2_proxy";
import type { Change, Draft } from "./option";

const CONVERTERS: Record<string, (file: SourceFile) => Draft> = {
  apisix: (file) => convertApisix(objectOf(file)),
  // API7 Gateway has the same plugin.
  api7: (file) => convertApisix(objectOf(file)),
  huawei: (file) => convertHuawei(objectOf(file)),
  "oauth2-proxy": (file) => convertOauth2Proxy(file.text),
  mod_auth_openidc: (file) => convertModAuthOpenidc(file.text),
  "envoy-oauth2": (file) => convertEnvoyOauth2(objectOf(file)),
  jwt_authn: (file) => convertJwtAuthn(objectOf(file)),
  "envoy-gateway": (file) => convertEnvoyGateway(objectOf(file, "SecurityPolicy")),
};

export const SOURCES = Object.keys(CONVERTERS);

export interface Converted { filter: Record<string, unknown>; changes: Change[]; /** Still refused: to be changed by hand. */ refused: Remark[] }

export function convert(from: string, file: SourceFile): Converted {
  const { filter, changes } = CONVERTERS[from]!(file);
  return { filter, changes, refused: refusalsOf(filter) };
}

/** Why the filter refuses it, whatever values its variables have. */
export function refusalsOf(filter: Record<string, unknown>): Remark[] {
  const { environment, standIns } = variablesOf(filter, null, {});
  return judge(JSON.stringify(filter), environment).errors.filter(({ path }) => !standIns.some((standIn) => standIn.path === path));
}

/** The only document of that kind, or the only one. Several would be converted in part. */
function objectOf(file: SourceFile, kind?: string): Record<string, unknown> {
  const broken = file.documents.find(({ errors }) => errors.length > 0);
  if (broken !== undefined) throw new UserError(`${file.name}: ${broken.errors[0]!.message.split("\n")[0]}`);
  const values = file.documents.map((document) => document.toJS() as unknown).filter(isFields).flatMap((value) => kind !== undefined && value.kind === "List" && Array.isArray(value.items) ? value.items.filter(isFields) : [value]);
  const ofKind = values.filter((value) => value.kind === kind), candidates = kind !== undefined && ofKind.length > 0 ? ofKind : values;
  if (candidates.length === 0) throw new UserError(`${file.name}: expected an object in JSON or YAML`);
  if (candidates.length > 1) throw new UserError(`${file.name}: has ${candidates.length} ${kind === undefined || ofKind.length === 0 ? "documents" : `resources of the kind ${kind}`}: give one at a time`);
  return candidates[0]!;
}
