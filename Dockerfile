# The service with the tasks of the example. No check builds this image yet: tell us when it does not.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --loglevel=error --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:20-bookworm-slim
WORKDIR /app
RUN chown node:node /app
COPY --from=build --chown=node:node /app/package.json ./
# With the development dependencies: the example reads PDFs with one of them. An image of your own tasks installs with `--omit=dev`.
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/examples ./examples
COPY --from=build --chown=node:node /app/dist ./dist
USER node
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
EXPOSE 3000
CMD ["node", "dist/src/main.js"]
