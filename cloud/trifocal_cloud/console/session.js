// Who is signed in: the cookie's owner, else the local user of `trifocal up`, else whoever brings a token.

import { api } from "./api.js";
import { copyText } from "./clipboard.js";
import { byId, setText } from "./dom.js";

/** The signed-in user, after asking for a token if need be. Rejects when the cloud cannot be reached. */
export async function signedInUser() {
  for (const attempt of [api.session, () => api.signIn("")]) {
    try {
      return (await attempt()).user;
    } catch (error) {
      if (error.status === 0 || error.status >= 500) throw error;
    }
  }
  return await askForToken("");
}

/** Shows the form, with a problem if there is one, until a token is accepted; answers its user. */
export function askForToken(problem) {
  document.body.dataset.view = "sign-in";
  const form = byId("sign-in-form");
  const field = byId("token");
  const button = form.querySelector("[type=submit]");
  setText(byId("sign-in-error"), problem);
  field.focus();
  return new Promise((resolve) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      button.disabled = true;
      try {
        const { user } = await api.signIn(field.value.trim());
        field.value = "";
        resolve(user);
      } catch (error) {
        setText(byId("sign-in-error"), `${error.message}.`);
        field.select();
      } finally {
        button.disabled = false;
      }
    };
  });
}

/** Ends the session; whoever signs in next gets a fresh page. */
export async function signOut() {
  await api.signOut();
  await askForToken("");
  location.replace("/");
}

byId("sign-in-copy").addEventListener("click", async ({ target }) => {
  setText(target, (await copyText(byId("sign-in-command"))) ? "Copied" : "Press Ctrl+C");
});
