/** `url` as a QR code for a terminal, in half blocks, ending with a line break. */
export async function drawQrCode(url: string): Promise<string> {
  const { default: qrcode } = await import('qrcode')
  // Low error correction: a screen does not get scratched, and a smaller code fits.
  const code = await qrcode.toString(url, { type: 'utf8', errorCorrectionLevel: 'L' })
  return code.endsWith('\n') ? code : `${code}\n`
}
