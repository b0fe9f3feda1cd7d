// The connection to the server: one socket, requests with answers, pushes, and coming back after a loss.

/** @typedef {import("./types.mjs").Json} Json */
/** @typedef {import("./types.mjs").Status} Status */

const REQUEST_TIMEOUT = 15_000;
const PING_INTERVAL = 15_000;
const FIRST_DELAY = 400;
const LONGEST_DELAY = 5_000;
const VERSION = "3.5";

/** The server has refused a request, or the connection was lost before it answered. */
export class RequestError extends Error {
  /**
   * @param {string} type
   * @param {string} message
   */
  constructor(type, message) {
    super(message);
    this.type = type;
  }
}

export class AgentConnection {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Map<string, {resolve: (value: Json) => void, reject: (error: RequestError) => void, timer: number}>} */
  #waiting = new Map();
  #delay = FIRST_DELAY;
  #counter = 0;
  #pinger = 0;
  #token = "";
  #organization = "";

  /**
   * @param {object} handlers
   * @param {(action: string, payload: Json) => void} handlers.push
   * @param {(status: Status) => void} handlers.status
   * @param {(login: Json, server: Json) => void} handlers.login
   */
  constructor(handlers) {
    this.handlers = handlers;
  }

  /** Connect, and keep connecting until it works. */
  async connect() {
    this.handlers.status("connecting");
    try {
      const server = await this.#fetchToken();
      const login = await this.#open();
      this.#delay = FIRST_DELAY;
      this.handlers.login(login, server);
      this.handlers.status("online");
    } catch {
      this.#lost();
    }
  }

  async #fetchToken() {
    // Who works here: /agent/?as=lena@shop.example; without it the agent with the role "console".
    const who = new URLSearchParams({ as: new URLSearchParams(location.search).get("as") ?? "" });
    const answer = await fetch(`/agent/token?${who}`, { method: "POST" });
    if (!answer.ok) throw new RequestError("authentication", await answer.text());
    /** @type {Json} */
    const server = await answer.json();
    this.#token = String(server.access_token);
    this.#organization = String(server.organization_id);
    return server;
  }

  /** @returns {Promise<Json>} */
  #open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const query = new URLSearchParams({ organization_id: this.#organization });
    const socket = new WebSocket(`${scheme}//${location.host}/v${VERSION}/agent/rtm/ws?${query}`);
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      socket.addEventListener("open", () => {
        const application = { name: "agent_console", version: "0.1.0" };
        const payload = { token: `Bearer ${this.#token}`, application };
        this.request("login", payload).then(resolve, reject);
      });
      socket.addEventListener("message", (message) => this.#receive(String(message.data)));
      socket.addEventListener("close", () => {
        reject(new RequestError("connection_lost", "The connection was lost"));
        if (this.#socket === socket) this.#lost();
      });
      window.clearInterval(this.#pinger);
      this.#pinger = window.setInterval(() => this.#ping(socket), PING_INTERVAL);
    });
  }

  /** @param {WebSocket} socket */
  #ping(socket) {
    if (socket.readyState !== WebSocket.OPEN) return;
    // A server that does not even answer this is gone, whatever the socket says.
    this.request("ping", {}).catch(() => socket.close());
  }

  #lost() {
    const socket = this.#socket;
    this.#socket = null;
    window.clearInterval(this.#pinger);
    socket?.close();
    for (const { reject, timer } of this.#waiting.values()) {
      window.clearTimeout(timer);
      reject(new RequestError("connection_lost", "The connection was lost"));
    }
    this.#waiting.clear();
    this.handlers.status("offline");
    window.setTimeout(() => void this.connect(), this.#delay * (0.75 + Math.random() / 2));
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
  }

  /**
   * @param {string} action
   * @param {Json} payload
   * @returns {Promise<Json>}
   */
  request(action, payload) {
    const socket = this.#socket;
    if (socket === null || socket.readyState !== WebSocket.OPEN) {
      return Promise.reject(new RequestError("connection_lost", "There is no connection"));
    }
    const requestId = `c${++this.#counter}`;
    return new Promise((resolve, reject) => {
      const timer = window.setTimeout(() => {
        this.#waiting.delete(requestId);
        reject(new RequestError("request_timeout", "The server does not answer"));
      }, REQUEST_TIMEOUT);
      this.#waiting.set(requestId, { resolve, reject, timer });
      socket.send(JSON.stringify({ request_id: requestId, action, payload }));
    });
  }

  /** @param {string} text */
  #receive(text) {
    /** @type {Json} */
    const frame = JSON.parse(text);
    if (frame.type === "push") {
      this.handlers.push(String(frame.action), frame.payload);
      return;
    }
    const waiting = this.#waiting.get(frame.request_id);
    if (waiting === undefined) return;
    this.#waiting.delete(frame.request_id);
    window.clearTimeout(waiting.timer);
    if (frame.success === true) waiting.resolve(frame.payload);
    else waiting.reject(new RequestError(frame.payload.error.type, frame.payload.error.message));
  }

  /**
   * Upload a file and return its address.
   *
   * @param {File} file
   * @param {(share: number) => void} onProgress
   * @returns {Promise<string>}
   */
  upload(file, onProgress) {
    const form = new FormData();
    form.append("file", file);
    const call = new XMLHttpRequest();
    call.open("POST", `/v${VERSION}/agent/action/upload_file`);
    call.setRequestHeader("Authorization", `Bearer ${this.#token}`);
    call.responseType = "json";
    return new Promise((resolve, reject) => {
      call.upload.addEventListener("progress", (event) => onProgress(event.loaded / Math.max(1, event.total)));
      call.addEventListener("error", () => reject(new RequestError("connection_lost", "The upload was interrupted")));
      call.addEventListener("load", () => {
        const answer = /** @type {Json | null} */ (call.response);
        if (call.status === 200 && answer !== null) resolve(String(answer.url));
        else reject(new RequestError(answer?.error?.type ?? "internal", answer?.error?.message ?? "The upload failed"));
      });
      call.send(form);
    });
  }
}
