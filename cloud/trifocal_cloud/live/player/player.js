// Plays the stream that this page's address is about: by WebRTC, and where no picture comes that way, by HLS.
//
// `document.body.dataset.way` says how it plays: "webrtc", "hls" or "" while nothing does.

const FIRST_PICTURE_MS = 6_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

const video = document.querySelector("video");
const said = document.querySelector("p");
let session = "";

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

function say(way, text) {
  document.body.dataset.way = way;
  said.textContent = text;
}

/** Resolves when a picture is shown; rejects after FIRST_PICTURE_MS. */
function firstPicture() {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("no picture came")), FIRST_PICTURE_MS);
    video.requestVideoFrameCallback(() => {
      clearTimeout(late);
      resolve();
    });
  });
}

/** Plays by WebRTC until that ends; rejects when it does not begin. */
async function playByWebRtc() {
  const connection = new RTCPeerConnection();
  try {
    for (const kind of ["video", "audio"]) connection.addTransceiver(kind, { direction: "recvonly" });
    connection.ontrack = event => { video.srcObject = event.streams[0]; };
    await connection.setLocalDescription();
    const headers = { "Content-Type": "application/sdp" };
    const answer = await fetch("whep", { method: "POST", headers, body: connection.localDescription.sdp });
    if (answer.status !== 201) throw new Error(`the cloud answers ${answer.status}`);
    session = answer.headers.get("Location");
    const shown = firstPicture();
    await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    await shown;
    say("webrtc", "");
    await new Promise(resolve => {
      connection.onconnectionstatechange = () => {
        if (["closed", "failed", "disconnected"].includes(connection.connectionState)) resolve();
      };
    });
  } finally {
    connection.close();
    leave();
    video.srcObject = null;
  }
}

/** Plays by HLS, which Safari and newer Chromium do themselves, until that ends; rejects when it does not begin. */
async function playByHls() {
  video.src = "index.m3u8";
  try {
    await firstPicture();
    say("hls", "");
    await new Promise(resolve => {
      video.onerror = resolve;
      video.onended = resolve;
    });
  } finally {
    video.removeAttribute("src");
    video.load();
  }
}

function leave() {
  if (session) fetch(session, { method: "DELETE", keepalive: true }).catch(() => {});
  session = "";
}

async function play() {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    for (const way of [playByWebRtc, playByHls]) {
      try {
        await way();
        wait = FIRST_WAIT_MS;
        break;
      } catch {
        say("", "Nothing to see yet …");
      }
    }
    say("", "Waiting for the stream …");
    await pause(wait);
  }
}

addEventListener("pagehide", leave);
play();
