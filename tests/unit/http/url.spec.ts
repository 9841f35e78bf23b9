import { issuerOf, readUrl, Url, UrlFault } from "../../../assembly/http/url";
import { ascii, equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";

export function an_https_url_is_parsed(): void { parts("https://idp.example.com/realms/a?x=1", true, "idp.example.com", "/realms/a?x=1"); }
export function a_port_belongs_to_the_authority(): void { parts("http://127.0.0.1:8080/a", false, "127.0.0.1:8080", "/a"); }
export function an_ipv6_host_keeps_its_brackets(): void { parts("https://[::1]:8443/jwks", true, "[::1]:8443", "/jwks"); }

export function a_url_without_a_path_has_the_root_path(): void {
  parts("https://idp.example.com", true, "idp.example.com", "/");
  parts("https://idp.example.com?a=b", true, "idp.example.com", "/?a=b");
}

export function other_schemes_are_refused(): void {
  const urls = ["", "idp.example.com", "//idp.example.com/", "/jwks", "ftp://idp.example.com/", "file:///etc/passwd", "https:/idp.example.com", "https:idp", "javascript:alert(1)",
    "HTTPS://idp.example.com", "https//idp.example.com", "httpss://idp.example.com", "xhttps://idp.example.com", "ws://idp.example.com", "https:", "http"];
  for (let i = 0; i < urls.length; i++) refuses(urls[i], UrlFault.Scheme);
}

export function a_url_without_a_host_is_refused(): void {
  const urls = ["https://", "https:///a", "https://?a", "http:///", "https://:443/a", "https://:"];
  for (let i = 0; i < urls.length; i++) refuses(urls[i], UrlFault.Host);
}

export function user_information_is_refused(): void {
  const urls = ["https://user@idp.example.com/", "https://user:pass@idp.example.com/", "https://idp.example.com@evil.example/", "https://@idp.example.com", "https://idp.example.com:443@evil.example"];
  for (let i = 0; i < urls.length; i++) refuses(urls[i], UrlFault.Host);
}

export function an_at_sign_in_the_path_is_accepted(): void { parts("https://idp.example.com/@me?x=@", true, "idp.example.com", "/@me?x=@"); }

export function duty_33_a_url_that_would_end_a_header_line_is_refused(): void {
  const urls = ["https://idp.example.com/\r\nx: y", "https://idp.example.com/\n", "https://idp.example.com\r/", "https://idp.example.com/\u0000"];
  for (let i = 0; i < urls.length; i++) refuses(urls[i], UrlFault.Character);
}

export function other_characters_than_those_of_urls_are_refused(): void {
  const forbidden = " \"#<>\\^`{|}\u007f\t\u000b";
  for (let i = 0; i < forbidden.length; i++) {
    refuses("https://idp.example.com/a" + forbidden.charAt(i), UrlFault.Character);
    refuses("https://idp" + forbidden.charAt(i) + ".example.com/", UrlFault.Character);
  }
  refuses("https://idp.example.com/\u00e9", UrlFault.Character);
  refuses("https://\u0456dp.example.com/", UrlFault.Character);
}

export function every_other_printable_character_is_accepted_in_the_path(): void {
  parts("https://h/!$%&'()*+,-./0:;=?@AZ[]_az~", true, "h", "/!$%&'()*+,-./0:;=?@AZ[]_az~");
}

export function a_fragment_is_refused(): void { refuses("https://idp.example.com/a#b", UrlFault.Character); }

export function the_position_of_a_refused_character_is_reported(): void {
  const fault = readUrl(ascii("https://h/a b")).fault;
  equal(fault == null ? "accepted" : fault.at, "11");
}

export function a_url_of_2048_bytes_is_accepted_and_one_of_2049_refused(): void {
  isFalse(readUrl(ascii("https://h/" + "a".repeat(2038))).failed, "2048");
  refuses("https://h/" + "a".repeat(2039), UrlFault.TooLong);
}

export function the_issuer_is_the_part_before_the_well_known_suffix(): void {
  issuer("https://idp.example.com/.well-known/openid-configuration", "https://idp.example.com");
  issuer("https://idp.example.com/realms/a/.well-known/openid-configuration", "https://idp.example.com/realms/a");
  issuer("https://idp.example.com//.well-known/openid-configuration", "https://idp.example.com/");
}

export function the_issuer_of_an_rfc_8414_url_gets_the_path_after_the_suffix(): void {
  issuer("https://idp.example.com/.well-known/oauth-authorization-server", "https://idp.example.com");
  issuer("https://idp.example.com/.well-known/oauth-authorization-server/realms/a", "https://idp.example.com/realms/a");
}

export function a_url_that_is_not_a_metadata_url_has_no_issuer(): void {
  const urls = ["https://idp.example.com", "https://idp.example.com/", "https://idp.example.com/.well-known/openid-configuration/", "https://idp.example.com/.well-known/openid-configurations",
    "https://idp.example.com/a/.well-known/oauth-authorization-server", "https://idp.example.com/.well-known/jwks.json", "https://idp.example.com/openid-configuration"];
  for (let i = 0; i < urls.length; i++) issuer(urls[i], "");
}

export function duty_65_a_metadata_url_cannot_lengthen_the_issuers_host(): void {
  issuer("https://idp.example.com/.well-known/oauth-authorization-server.evil.example", "");
  issuer("https://idp.example.com/.well-known/oauth-authorization-server:8443", "");
}

export function duty_65_a_metadata_url_with_a_query_has_no_issuer(): void {
  issuer("https://idp.example.com/?x=/.well-known/openid-configuration", "");
  issuer("https://idp.example.com/.well-known/oauth-authorization-server?x=/a", "");
  issuer("https://idp.example.com/.well-known/oauth-authorization-server/a?x", "");
}

function read(written: string): Url {
  const url = readUrl(utf8(written));
  isFalse(url.failed, "refused " + written);
  return url.value;
}

function parts(written: string, https: bool, authority: string, path: string): void {
  const url = read(written);
  isTrue(url.https == https, "https");
  equal(text(url.authority), authority);
  equal(text(url.path), path);
  equal(text(url.text), written);
}

function refuses(written: string, code: UrlFault): void {
  const fault = readUrl(utf8(written)).fault;
  if (fault == null) return assert(false, "accepted " + written);
  equalInt(fault.code, code);
}

function issuer(written: string, want: string): void { equal(text(issuerOf(read(written))), want); }
