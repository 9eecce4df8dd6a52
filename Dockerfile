# One image for every process; compose.yaml names each one's command.
# Exact, and better by digest: docs/operations.md says how.
ARG PYTHON_IMAGE=python:3.12.11-slim-bookworm
FROM ${PYTHON_IMAGE} AS packages
COPY requirements.txt .
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM ${PYTHON_IMAGE}
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=approvals_site.settings COUNTERSIGN_DESK=0 COUNTERSIGN_VAR=/tmp/countersign
RUN useradd --system --uid 10001 --no-create-home countersign && install -d -o countersign /anchor
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
# The settings refuse to load half-configured; these values reach no server and stay in this one command.
RUN SECRET_KEY=build ALLOWED_HOSTS=build PUBLIC_URL=https://build EMAIL_URL=smtp://build \
    AUDIT_HMAC_KEYS="build:$(head -c 32 /dev/zero | base64)" \
    ENCRYPTION_KEYS="$(head -c 32 /dev/zero | base64)" \
    DATABASE_URL=postgres://build/build REDIS_URL=redis://build python manage.py collectstatic --noinput
USER countersign
EXPOSE 8000
CMD ["granian", "--interface", "asginl", "--http", "1", "--no-ws", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--backpressure", "16384", "--respawn-failed-workers", "--workers-kill-timeout", "30", "--no-access-log", \
     "approvals_site.asgi:application"]
