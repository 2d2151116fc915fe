/** The page of the OpenAPI document: it holds no script and no style of its own, so that a strict Content-Security-Policy lets it work. */

export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Chordis: REST</title>
<link rel="stylesheet" href="/docs/ui/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/ui/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/ui/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

export const start = `SwaggerUIBundle({ url: '/docs/openapi.json', dom_id: '#swagger-ui', deepLinking: true, docExpansion: 'none' })
`
