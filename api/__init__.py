"""The ground that every part of the REST API stands on. What answers lives in each app's own room `api`.

How an app adds to the API:

* `api.base.ApiView` is the one parent of every view; its docstring says what a view gets from it. A view is: rows
  by `visible_to` -> an input serializer checks the shape -> an action -> `Response`. Refusals (`DomainError`, a missing
  row, `ValidationError`) are raised; `api.refusals` makes the one error shape of them.
* Addresses are written by hand with `<uuid:public_id>` in the app's `api_urls.py`, which `config.api_urls` gathers
  under `/api/v1/`. Every address ends with a slash, and nothing in one is a running number.
* `api.query.read(request, QuerySerializer)` reads an address's parameters, `api.query.body(request, InputSerializer)` a
  body: what is unknown is a 400 that names it.
* `api.paging`: `Order` says how a list is ordered, `page()` reads one page of it, `answer()` writes it, `paged()`
  describes it in the schema, `PageQuery` is the parent of a list's query serializer.
* `api.etags`: `answer()` gives one row with its ETag (or a 304), `seen_version()` reads If-Match for an edit.
* `api.idempotency`: nothing to do. A POST with an `Idempotency-Key` happens once; the change and the remembered answer
  are one transaction. So a POST must change nothing outside the database before it returns.
* `api.fields`: serializer fields for names, prose and moments, as the forms read them.
* `known_with` on a view names the capability without which its address does not exist, nor is told of.
* `api.schema`: `drf_spectacular.utils.extend_schema` with a request and a success answer is enough; the errors, the
  Idempotency-Key of a POST and the If-Match of a PATCH are added to every operation.
"""
