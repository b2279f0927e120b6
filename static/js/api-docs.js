// The page that shows what the API can do. Entry module: loaded by api/documentation.html after Swagger UI.

const place = document.getElementById("api-docs");

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  // Nothing is asked of anybody but this portal.
  validatorUrl: null,
  requestInterceptor(request) {
    if (!["GET", "HEAD"].includes(request.method) && !request.loadSpec) {
      request.headers["X-CSRFToken"] = place.dataset.csrf;
    }
    return request;
  },
});
