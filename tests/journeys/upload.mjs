// Uploads a file with tus-js-client: breaks off after the first answered piece, then goes on where the cloud says.
import { createReadStream, statSync } from 'node:fs'
import { createRequire } from 'node:module'

const tus = createRequire(import.meta.url)('tus-js-client')
const [endpoint, authorization, path, requestId] = process.argv.slice(2)

const common = {
  headers: { Authorization: authorization },
  uploadSize: statSync(path).size,
  chunkSize: 1000,
  retryDelays: null,
  metadata: { requestId, filename: 'photo.jpg', filetype: 'image/jpeg' },
}

const url = await new Promise((resolve, reject) => {
  const first = new tus.Upload(createReadStream(path), {
    ...common,
    endpoint,
    onError: reject,
    onChunkComplete: () => first.abort().then(() => resolve(first.url)),
  })
  first.start()
})

const from = await new Promise((resolve, reject) => {
  let begun
  const second = new tus.Upload(createReadStream(path), {
    ...common,
    uploadUrl: url,
    onError: reject,
    onAfterResponse: (request, response) => {
      if (request.getMethod() === 'HEAD') begun = Number(response.getHeader('Upload-Offset'))
    },
    onSuccess: () => resolve(begun),
  })
  second.start()
})
console.log(JSON.stringify({ from }))
