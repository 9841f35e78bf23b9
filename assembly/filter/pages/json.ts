// A refusal as programs read it.

/** The start of an object that `endOfJson` ends. `login`: a path of this origin where a person can log in, or empty; nothing in it can end a JSON string. */
export function refusalJson(error: string, code: string, description: string, login: string = ""): string {
  const head = error.length > 0 ? `{"error":"${error}",` : "{";
  const tail = login.length > 0 ? `,"sign_in":"${login}"` : "";
  return head + '"error_description":"' + description + '","code":"' + code + '"' + tail;
}

/** `id`: the request's, or empty. */
export function endOfJson(id: string, time: string): string { return (id.length > 0 ? `,"request_id":"${id}"` : "") + `,"time":"${time}"}\n`; }
