// Opens connections that say nothing, at the socket of the first argument, as many as the second says.
// One for which there is no room in the queue comes again. A line says when all have been connected,
// and one when none of them is open any more.
const { connect } = require('node:net')

const [path, count] = [process.argv[2], Number(process.argv[3])]
let connected = 0
let open = 0

function openOne() {
  const socket = connect(path)
  let isOpen = false
  socket.on('connect', () => {
    isOpen = true
    open++
    if (++connected === count) console.log('connected')
  })
  socket.on('error', () => {
    if (!isOpen) setTimeout(openOne, 50)
  })
  socket.on('close', () => {
    if (isOpen) open--
    if (open === 0 && connected === count) console.log('dropped')
  })
  socket.resume()
}

for (let made = 0; made < count; made++) openOne()
