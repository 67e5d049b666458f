# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY contract/package.json contract/
COPY engines/package.json engines/
COPY server/package.json server/
COPY web/package.json web/
COPY e2e/package.json e2e/
COPY bench/package.json bench/
RUN npm ci --no-audit --no-fund
COPY tsconfig.base.json tsconfig.json ./
COPY scripts scripts
COPY contract contract
COPY engines engines
COPY server server
COPY web web
RUN node scripts/build.mjs
# What the bundle loads at run time, and nothing that only built it.
# The MySQL server is for tests; npm knows no optional development packages.
RUN npm prune --omit=dev --no-audit --no-fund && rm -rf node_modules/mysql-server-*

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=5001 WHALEFALL_DATA_DIR=/data
# As in scripts/project.mjs, with the flags below.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN mkdir /data && chown node:node /data && chmod 700 /data
USER node
# Only without DATABASE_URL does the database lie here; the root file system may be read-only either way.
VOLUME /data
EXPOSE 5001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s CMD ["node", "dist/main.js", "health"]
ENTRYPOINT ["node", "--enable-source-maps", "--max-semi-space-size=8", "--heap-growing-percent=20", "dist/main.js"]
CMD ["serve"]
