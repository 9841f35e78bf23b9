// The provider's pages: choosing a user to log in as, confirming a logout, and errors.

import { escape, htmlPage } from "./page";

/** Users that can be chosen with a click. Any other name works as well. */
export const PEOPLE = [
  { id: "alice", name: "Alice Example" },
  { id: "bob", name: "Bob Example" },
];

const STYLE = `  body { max-width: 30rem; }
  header { margin: 12vh 0 2rem; padding-bottom: .75rem; border-bottom: 1px solid var(--line); color: var(--soft); font-size: .875rem; }
  .people { display: grid; gap: .6rem; margin: 1.5rem 0; }
  .people button { display: flex; gap: .9rem; align-items: center; width: 100%; text-align: left; padding: .7rem .9rem; }
  .face { flex: none; width: 2.4rem; height: 2.4rem; border-radius: 50%; display: grid; place-items: center; font-weight: 600; color: var(--on-accent); background: var(--accent); }
  .people small { display: block; color: var(--soft); }
  .other { display: flex; gap: .6rem; margin: .5rem 0 2rem; }
  .other input { flex: 1; min-width: 0; font: inherit; padding: .45rem .7rem; border: 1px solid var(--line); border-radius: 6px; color: var(--text); background: var(--back); }
  .other input::placeholder { color: var(--soft); }
  .asked { margin-top: 2rem; }
  .choice { display: flex; gap: .6rem; flex-wrap: wrap; margin: 1.5rem 0; }
`;

function providerPage(title: string, body: string): string {
  return htmlPage({ title, style: STYLE, body: `<header>OpenID provider of the demo</header>\n<main>\n${body}\n</main>` });
}

export interface Asking { client: string; scope: string; action: string }

/** The login page. Logging in is also the consent, so that there is one page and not two. */
export function loginPage({ client, scope, action }: Asking): string {
  const people = PEOPLE.map(({ id, name }) => `<button name="login" value="${escape(id)}"><span class="face" aria-hidden="true">${escape(name[0])}</span><span>${escape(name)}<small>${escape(id)}@example.com</small></span></button>`);
  return providerPage("Log in", `<h1>Log in</h1>
<p class="soft">The application <code>${escape(client)}</code> asks who you are. There are no passwords here: be anyone.</p>
<form class="people" method="post" action="${escape(action)}">
${people.join("\n")}
</form>
<label for="name">Someone else</label>
<form class="other" method="post" action="${escape(action)}">
<input id="name" name="login" required maxlength="40" pattern="[A-Za-z0-9._\\-]+" title="Letters, digits, dots, dashes and underscores" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="any name, such as carol">
<button>Log in</button>
</form>
<form method="post" action="${escape(action)}">
<button name="cancel" value="yes">Cancel</button>
</form>
<p class="soft small asked">It asks for: <code>${escape(scope)}</code></p>`);
}

/** The confirmation of a logout. `form` is oidc-provider's own, with its protection against forged requests. */
export function logoutPage(person: string, form: string): string {
  return providerPage("Log out", `<h1>Log out?</h1>
<p>You are logged in here as <strong>${escape(person)}</strong>.</p>
${form}
<p class="choice">
<button class="main" autofocus form="op.logoutForm" name="logout" value="yes">Log out</button>
<button form="op.logoutForm">Stay logged in here</button>
</p>`);
}

export function loggedOutPage(): string {
  return providerPage("Logged out", `<h1>You are logged out</h1>
<p class="soft">Nothing of your session is left at this provider. You can close this page.</p>`);
}

export function errorPage(error: string, description: string): string {
  return providerPage("That did not work", `<h1>That did not work</h1>
<p>${escape(description)}</p>
<p>Go back to the application and start again.</p>
<p class="soft"><code>${escape(error)}</code></p>`);
}
