// The console, put together: the parts of the page, the line to the cloud that feeds them, and what the person does.

import { api, onSignedOut } from "./api.js";
import { AppList } from "./app-list.js";
import { Apps } from "./apps.js";
import { ConnectionSign } from "./connection.js";
import { byId, setText } from "./dom.js";
import { Gallery } from "./gallery.js";
import { GlassesPanel } from "./glasses.js";
import { Journeys, reasonOf } from "./journey.js";
import { bindKeys } from "./keys.js";
import { Live } from "./live.js";
import { JourneyLog } from "./log.js";
import { notify, notifyProblem } from "./notices.js";
import { Photos, takenAt } from "./photos.js";
import { Place } from "./place.js";
import { signedInUser, signOut } from "./session.js";
import { SetupDialog } from "./setup.js";
import { Shutter } from "./shutter.js";
import { clock } from "./time.js";
import { Viewer } from "./viewer.js";
import { reasonWords } from "./words.js";

const RETRY_MS = 2_000;

const place = new Place();
const photos = new Photos(api.gallery);
const gallery = new Gallery(photos, notifyProblem);
const journeys = new Journeys();
const apps = new Apps(api.apps);
const panel = new GlassesPanel(command);
const viewer = new Viewer(photos, (photo) => place.showPhoto(photo?.photoId ?? null));
const shutter = new Shutter(document.querySelectorAll("[data-shutter]"), press);
const live = new Live(api.events, () => Promise.all([photos.refresh(), api.glasses().then(showGlasses), apps.refresh()]));

/** Whether the glasses did it. */
async function command(name, value) {
  try {
    await api.command(name, value);
    return true;
  } catch (error) {
    notifyProblem(error);
    return false;
  }
}

async function press(long) {
  try {
    const answer = panel.simulated ? await api.command("press", "photo", long) : await api.requestPhoto();
    if (answer.pressId) journeys.pressed(answer.pressId);
  } catch (error) {
    notifyProblem(error);
  }
}

function showGlasses(state) {
  panel.show(state);
  shutter.enabled = panel.pressable;
  byId("open-setup").disabled = !panel.connected;
  setText(byId("empty-words"), panel.pressable ? "Press the button on the glasses, or the space bar here. The photo appears in this place." : "Photos taken with your glasses appear here. The glasses are not connected yet.");
}

function stepped(entry, missed) {
  journeys.stepped(entry);
  if (missed) return;
  panel.pulse(entry.source);
  const reason = reasonOf(entry);
  if (reason && reason !== "captured_locally") notify(reasonWords(reason) || reason, "problem");
}

function galleryChanged({ change, photo }) {
  if (change === "removed") return photos.gone(photo.photoId);
  photos.arrived(photo);
  return setText(byId("whisper"), `A photo of ${clock(takenAt(photo))} has arrived`);
}

const HEARD = {
  step: stepped,
  progress: (entry) => journeys.moved(entry),
  gallery: galleryChanged,
  glasses: ({ state }) => showGlasses(state),
  sim: ({ state }) => showGlasses({ sim: state }),
  app: ({ package: id, app }) => (app ? apps.put(app) : apps.gone(id)),
};

async function moved() {
  const { tab, page, photoId } = place;
  Object.assign(document.body.dataset, { tab, page });
  for (const link of document.querySelectorAll(".tabs a, .pages a")) {
    const here = link.closest(".pages") ? page : tab;
    link.setAttribute("aria-current", link.hash === `#${here}` ? "page" : "false");
  }
  if (photoId === null) {
    const shown = viewer.shown;
    viewer.close();
    if (shown) gallery.focus(shown.photoId);
    return;
  }
  const photo = photos.byId(photoId) ?? (await api.photo(photoId).catch(notifyProblem));
  if (place.photoId !== photoId) return;
  if (photo) viewer.show(photo);
  else place.showPhoto(null);
}

/** Opens the house to whoever signs in; waits for the cloud if it must. */
async function enter() {
  try {
    const user = await signedInUser();
    setText(byId("user"), user);
    document.body.dataset.view = "house";
    live.start();
    return user;
  } catch (error) {
    document.body.dataset.view = "starting";
    setText(byId("starting"), `${error.message}. Trying again …`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    return enter();
  }
}

async function begin() {
  const user = await enter();
  place.start();
  onSignedOut(async () => {
    if (!live.running) return;
    live.stop();
    if ((await enter()) !== user) location.replace("/");
  });
}

new JourneyLog(journeys, photos);
new AppList(apps);
new ConnectionSign(live);
new SetupDialog();
bindKeys(shutter, (tab) => place.goTo(tab));
byId("sign-out").addEventListener("click", () => {
  live.stop();
  signOut().catch(notifyProblem);
});
place.addEventListener("changed", moved);
photos.addEventListener("added", ({ detail: { photo } }) => journeys.photographed(photo));
live.addEventListener("entry", ({ detail: { entry, missed } }) => HEARD[entry.kind]?.(entry, missed));
live.addEventListener("state", ({ detail: { state } }) => {
  panel.showCloud(state === "live");
  // A socket that is refused does not say why; any other door does.
  if (state === "waiting") api.glasses().catch(() => {});
});
begin();
