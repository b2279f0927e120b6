"""The vendors' side, played faithfully: one process, one port, real HTTP. For development and tests only.

`python -m integrations.simulator --port 8701 --state FILE --portal URL` serves every vendor of `addresses.VENDORS`, the
console page at `/` and the control API under `/_/`. `make run` starts it; the tests serve it from a thread (the
fixture `vendors`).

A vendor lives in `integrations/<vendor>/simulator/`, beside its `description.yaml`: the OpenAPI of the operations we
use, written by us. Its class derives from `vendor.Vendor`:

- `state` is a dataclass that holds everything it knows, so that it can be kept in a file and emptied between tests;
- a method marked `@route("GET", "/contacts/<contact>")` answers a request: it returns JSON (with a status, with
  headers), or a Response, or raises `Problem`, which the vendor's `problem()` puts into the vendor's own words;
- a method marked `@act` is something that happens on the vendor's side, such as a teammate's reply. Tests call it,
  the console page and the control API offer it under `/_/<vendor>/<name>`;
- `authorize()` looks at the token, `headers()` gives what stands on every answer (rate limits); the settings of the
  portal that lead to it stand in `addresses`; `panel` names the template of its part of the console.

What happens to a request: it is written into the `log`; a `Fault` may answer instead, before or after the effect, late
or never; `authorize`; what breaks the description is a *violation*, refused with the vendor's own 400 or 422, and fails
the test; the route runs, one at a time for each vendor. Everything that is a matter of time (index lag, expiry, when
webhooks leave) goes by the simulator's `clock`, which can be set, moved and stopped. Webhooks are handed to the
`courier`, which loses, doubles, delays and shuffles them on request.
"""
