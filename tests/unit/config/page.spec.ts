import { equal, isFalse, isTrue, text } from "../check";
import { config, configOf, MINIMAL, refused } from "./compiled.as";

export function by_default_a_page_shows_nothing_of_the_configuration(): void {
  const page = config().page;
  equal(text(page.name) + text(page.logo) + text(page.helpUri) + page.color + page.language, "");
  isFalse(page.showVersion, "the version");
}

export function name_logo_help_and_color_are_read(): void {
  const page = config("\"page\":{\"name\":\"Caf\u00e9 <1>\",\"logo\":\"data:image/svg+xml;base64,PHN2Zy8+\",\"help_uri\":\"/help?a=1\",\"color\":\"#FFcc00\"}").page;
  equal(text(page.name), "Caf\u00e9 <1>");
  equal(text(page.logo), "data:image/svg+xml;base64,PHN2Zy8+");
  equal(text(page.helpUri), "/help?a=1");
  equal(page.color + " " + page.onColor, "#FFcc00 #000");
}

export function the_text_on_a_color_is_legible(): void {
  const dark = ["#1c5fb0", "#000000", "#c00000", "#0000ff", "#006600"], light = ["#ffffff", "#ffcc00", "#00ff00", "#8ab9f5", "#c0c0c0"];
  for (let i = 0; i < dark.length; i++) equal(config("\"page\":{\"color\":\"" + dark[i] + "\"}").page.onColor, "#fff");
  for (let i = 0; i < light.length; i++) equal(config("\"page\":{\"color\":\"" + light[i] + "\"}").page.onColor, "#000");
}

export function a_help_link_that_is_not_a_url_a_path_or_a_mail_address_is_refused(): void {
  const fine = ["https://help.example.com/", "http://intranet/help", "/help", "mailto:help@example.com", "mailto:help@example.com?subject=Login"];
  for (let i = 0; i < fine.length; i++) equal(text(config("\"page\":{\"help_uri\":\"" + fine[i] + "\"}").page.helpUri), fine[i]);
  const others = ["javascript:alert(1)", "//evil.example", "help", "mailto:", "mailto:@", "mailto:a@b c", "data:text/html,x", "https://a@b/", "/a\\nb", "mailto:a@b\\\"<"];
  for (let i = 0; i < others.length; i++) refused("\"page\":{\"help_uri\":\"" + others[i] + "\"}", "page.help_uri: expected a URL such as https://help.example.com/, a path such as /help, or mailto:help@example.com");
}

export function a_logo_that_is_not_a_small_image_as_data_uri_is_refused(): void {
  const others = ["https://example.com/logo.png", "data:text/html;base64,AAAA", "data:image/png,AAAA", "data:image/png;base64,", "data:image/png;base64,AAA", "data:image/png;base64,A=AA", "data:image/png;base64,AA\\\">", "DATA:image/png;base64,AAAA"];
  for (let i = 0; i < others.length; i++) refused("\"page\":{\"logo\":\"" + others[i] + "\"}", "page.logo: expected a data URI such as data:image/png;base64,iVBORw0…, of the type png, svg+xml, jpeg, gif or webp");
  config("\"page\":{\"logo\":\"data:image/png;base64," + "A".repeat(16360) + "\"}");
  refused("\"page\":{\"logo\":\"data:image/png;base64," + "A".repeat(16364) + "\"}", "page.logo: expected at most 16384 bytes, found 16386");
}

export function a_long_name_or_one_with_control_characters_is_refused(): void {
  config("\"page\":{\"name\":\"" + "n".repeat(100) + "\"}");
  const others = ["n".repeat(101), "a\\nb", "a\\u007fb"];
  for (let i = 0; i < others.length; i++) refused("\"page\":{\"name\":\"" + others[i] + "\"}", "page.name: expected at most 100 bytes without control characters");
}

export function a_color_that_is_not_six_hexadecimal_digits_is_refused(): void {
  const others = ["blue", "#fff", "#12345g", "1c5fb0#", "#1c5fb0;", "red}body{}"];
  for (let i = 0; i < others.length; i++) refused("\"page\":{\"color\":\"" + others[i] + "\"}", "page.color: expected six hexadecimal digits such as #1c5fb0");
}

export function a_language_without_texts_is_refused(): void {
  const fine = ["en", "de", "fr", "es", "zh"];
  for (let i = 0; i < fine.length; i++) equal(config("\"page\":{\"language\":\"" + fine[i] + "\"}").page.language, fine[i]);
  const others = ["DE", "de-AT", "it", "*", "en,de"];
  for (let i = 0; i < others.length; i++) refused("\"page\":{\"language\":\"" + others[i] + "\"}", "page.language: expected one of en, de, fr, es, zh, found \"" + others[i] + "\"");
  refused("\"page\":{\"language\":[\"de\"]}", "page.language: expected one of en, de, fr, es, zh, found a list");
}

export function the_version_is_shown_only_for_true(): void {
  isTrue(config("\"page\":{\"show_version\":true}").page.showVersion, "true");
  isFalse(config("\"page\":{\"show_version\":false}").page.showVersion, "false");
  refused("\"page\":{\"show_version\":\"true\"}", "page.show_version: expected true or false, found a string");
}

export function an_unknown_attribute_of_a_page_is_refused(): void {
  refused("\"page\":{\"colour\":\"#1c5fb0\"}", "page.colour: unknown attribute; did you mean color?");
  refused("\"page\":\"x\"", "page: expected an object, found a string");
}

export function a_rule_inherits_the_page_or_has_its_own(): void {
  const c = configOf("{" + MINIMAL + ",\"page\":{\"name\":\"Shop\"},\"rules\":[{\"path\":\"/a\"},{\"path\":\"/b\",\"page\":{\"color\":\"#000000\"}},{\"path\":\"/c\",\"mode\":\"deny\"}]}");
  equal(text(c.rules[0].config.page.name), "Shop");
  equal(text(c.rules[1].config.page.name) + c.rules[1].config.page.color, "#000000");
  equal(text(c.rules[2].config.page.name), "Shop");
}
