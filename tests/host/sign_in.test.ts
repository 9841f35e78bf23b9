// Browsers sign in: from the page to the provider and back.
import { browse, location, signIn, USERINFO, asked } from "./browser";

const decoded = (value: string | undefined): unknown => JSON.parse(Buffer.from(value ?? "", "base64").toString());

test("a person is sent to the provider, comes back, and reaches the page that was wanted", () => {
  const { browser } = browse();
  const ask = asked(browser.navigate("/page?a=1"));
  expect(ask.url.origin + ask.url.pathname).toBe("https://idp.example.com/authorize");
  expect(Object.fromEntries(ask.url.searchParams)).toMatchObject({
    response_type: "code", client_id: "gateway", scope: "openid", redirect_uri: "https://app.example/callback", code_challenge_method: "S256",
  });
  const back = signIn(browser);
  expect(location(back).pathname + location(back).search).toBe("/page?a=1");
  const { forwarded } = browser.navigate("/page?a=1");
  expect(decoded(forwarded.get("x-userinfo"))).toEqual(USERINFO);
  expect(forwarded.get("cookie")).toBeUndefined();
});
