// "Set Up SSO with Keycloak" of APISIX 3.11 in a real browser: Keycloak's form, the requested page, and the form's message about a wrong password.

import { newProfile, picture, type BrowserContext, type Page } from "../browser/support/browser";
import { commonForBrowsers, startGateways, type Echo, type Gateway } from "./support/gateway";
import { BOSS, CLIENT, keycloak, USER, type Realm } from "./support/keycloak";
import { fillLoginForm } from "./support/login";

let realm: Realm;
let shop: Gateway;
let office: Gateway;
let profile: BrowserContext;
let page: Page;

beforeAll(async () => {
  realm = await keycloak().realm("sso-browser", (json) => json.clients.push({ ...json.clients[0], clientId: "office" }));
  // The page's examples lack `session`, which commonForBrowsers adds.
  const seed = ({ url }: { url: string }) => ({
    ...commonForBrowsers, bearer_only: false, client_id: CLIENT.id, client_secret: CLIENT.secret, discovery: realm.discovery, scope: "openid profile", redirect_uri: `${url}/anything/callback`,
  });
  ({ shop, office } = await startGateways(realm, { shop: (gateway) => ({ ...seed(gateway), use_pkce: true }), office: (gateway) => ({ ...seed(gateway), client_id: "office" }) }));
});

beforeEach(async () => {
  profile = await newProfile();
  page = await profile.newPage();
});

afterEach(() => profile.close());

const echo = async (): Promise<Echo> => JSON.parse(await page.locator("body").innerText()) as Echo;
const userinfo = async () => JSON.parse(Buffer.from((await echo()).headers["x-userinfo"]!, "base64").toString());
/** The names of the gateway's session cookies in the browser. */
const sessions = async (): Promise<string[]> => (await profile.cookies(shop.url)).map(({ name }) => name).filter((name) => /^oidc_[\w-]{8}(_\d)?$/.test(name));

test("with valid credentials the form leads to the requested page", async () => {
  await page.goto(`${shop.url}/anything/test?a=1`);
  expect(page.url()).toContain(`${realm.issuer}/protocol/openid-connect/auth`);
  await picture(page, "keycloak-login");
  await fillLoginForm(page);
  expect(page.url()).toBe(`${shop.url}/anything/test?a=1`);
  expect(await echo()).toMatchObject({ method: "GET", path: "/anything/test?a=1" });
  expect(await userinfo()).toMatchObject({ preferred_username: USER.name });
  await picture(page, "keycloak-logged-in");
  await page.goto(`${shop.url}/anything/again`);
  expect(await echo()).toMatchObject({ path: "/anything/again" });
  expect(await page.evaluate(() => document.cookie)).toBe("");
});

test("with invalid credentials Keycloak shows an error, and the browser gets no session; valid ones then work", async () => {
  await page.goto(`${shop.url}/anything/test`);
  await page.locator("#username").fill(USER.name);
  await page.locator("#password").fill("wrong");
  await page.locator("#kc-login").click();
  await page.getByText("Invalid username or password").waitFor();
  expect(page.url().startsWith(`${realm.issuer}/`)).toBe(true);
  expect(await sessions()).toEqual([]);
  await picture(page, "keycloak-wrong-password");
  await fillLoginForm(page);
  expect(page.url()).toBe(`${shop.url}/anything/test`);
  expect(await sessions()).not.toEqual([]);
});

test("single sign-on: a second application logs the user in without a form", async () => {
  await page.goto(`${shop.url}/anything/test`);
  await fillLoginForm(page, BOSS);
  await page.goto(`${office.url}/anything/desk`);
  expect(page.url()).toBe(`${office.url}/anything/desk`);
  expect(await userinfo()).toMatchObject({ preferred_username: BOSS.name });
});

test("going back after the login leads to the page before, not to the callback or an error", async () => {
  await page.goto(`${shop.url}/anything/first`);
  await fillLoginForm(page);
  await page.goto(`${shop.url}/anything/second`);
  await page.goBack();
  expect(page.url()).toBe(`${shop.url}/anything/first`);
  expect(await echo()).toMatchObject({ path: "/anything/first" });
});

test("a logout here is a logout at Keycloak too: the next page is the form", async () => {
  await page.goto(`${shop.url}/anything/test`);
  await fillLoginForm(page);
  await page.goto(`${shop.url}/logout`);
  await picture(page, "keycloak-logged-out");
  expect(await sessions()).toEqual([]);
  await page.goto(`${shop.url}/anything/test`);
  await page.locator("#kc-form-login").waitFor();
});
