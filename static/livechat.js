// @ts-check
/**
 * The page API of LiveChat's own widget (`LiveChatWidget`, configured by `__lc`) over chatwheel, so that a site switches
 * by changing the address of one script: `.../chatwheel/livechat.js?organization-id=...&client-id=...`. It speaks to
 * embed.js, which it imports, as any page does; see docs/livechat.md.
 */
(() => {
  "use strict";
  /** @type {any} */
  const host = window;
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  if (host.chatwheel?.mounted) return;
  if (host.chatwheel?.script) return void host.LiveChatWidget.init(); // the page has loaded this once more
  const configuration = host.__lc ?? {};

  /** @typedef {{ id?: unknown, uniqueId?: unknown }} Greeting */

  /** The query is for those who can change the address only; `__lc` knows better what this page wants. */
  const configure = () => {
    for (const [name, value] of new URL(script.src).searchParams) script.setAttribute(`data-${name}`, value);
    const { organization_id, client_id, group } = configuration;
    for (const [name, value] of Object.entries({ organizationId: organization_id, clientId: client_id, groupId: group })) {
      if (value !== undefined) script.dataset[name] = String(value);
    }
    script.dataset.boot ??= "idle"; // LiveChat's widget starts with the page, and pages wait for its `ready`
  };

  // -- what is known: getters answer at once ----------------------------------------------------------------------

  /** @type {Record<string, any>} what `chatwheel("state")` tells */
  let state = { open: false, hidden: false, availability: "offline", customerStatus: "browsing" };
  /** @type {Record<string, any> | undefined} */
  let customer;
  /** @type {Greeting | undefined} */
  let greeting;
  let isReady = false;

  const visibility = () => (state.hidden ? "hidden" : state.open ? "maximized" : "minimized");

  /** @type {Record<string, () => unknown>} */
  const getters = {
    state: () => ({ availability: state.availability, visibility: visibility() }),
    chat_data: () => ({ chatId: state.chatId ?? null, threadId: state.threadId ?? null }),
    customer_data: () => ({
      id: customer?.id ?? state.customerId ?? null,
      name: customer?.name ?? "",
      email: customer?.email ?? "",
      isReturning: (customer?.statistics?.visitsCount ?? 1) > 1,
      status: state.customerStatus,
      sessionVariables: customer?.sessionFields ?? {},
    }),
    features: () => ({ files: true, rating: true, greetings: true, richMessages: true, salesTracker: false }),
  };

  // -- callbacks --------------------------------------------------------------------------------------------------

  const CALLBACKS = [
    "ready", "availability_changed", "visibility_changed", "customer_status_changed", "new_event", "form_submitted",
    "rating_submitted", "greeting_displayed", "greeting_hidden", "rich_message_button_clicked",
  ];
  /** @type {Map<string, Map<Function, Function>>} what was given, and what is called */
  const callbacks = new Map(CALLBACKS.map((name) => [name, new Map()]));

  /** @param {string} name @param {Function} callback @param {unknown} payload */
  const run = (name, callback, payload) => {
    try {
      callback(payload);
    } catch (error) {
      console.error(`LiveChatWidget: a callback of ${name} failed`, error);
    }
  };

  /** @param {string} name @param {unknown} [payload] */
  const emit = (name, payload) => {
    for (const callback of [...(callbacks.get(name)?.values() ?? [])]) run(name, callback, payload);
  };

  const initial = () => ({ state: getters.state(), customerData: getters.customer_data() });

  /** @param {string} name @param {unknown} callback @param {boolean} isOnce */
  const add = (name, callback, isOnce) => {
    const all = callbacks.get(name);
    if (!all || typeof callback !== "function") {
      return complain(`there is no callback ${JSON.stringify(name)}, or no function was given for it`);
    }
    if (name === "ready" && isReady) {
      run(name, callback, initial());
      if (isOnce) return;
    }
    all.set(callback, !isOnce ? callback : (/** @type {unknown} */ payload) => {
      all.delete(callback);
      callback(payload);
    });
  };

  /** @param {string} problem */
  const complain = (problem) => console.warn(`LiveChatWidget: ${problem}. See docs/livechat.md of chatwheel.`);

  // -- methods ----------------------------------------------------------------------------------------------------

  /** @param {string} verb @param {unknown[]} given */
  const chat = (verb, ...given) => {
    Promise.resolve(host.chatwheel(verb, ...given)).catch((error) => complain(`${verb} failed: ${error.message}`));
  };

  /** @param {Record<string, unknown>} variables */
  const texts = (variables) => Object.fromEntries(Object.entries(variables ?? {}).map(([name, value]) => [name, String(value)]));

  /** The customer as changed here: the server tells it to other tabs only. @param {Record<string, unknown>} changes */
  const change = (changes) => {
    customer = { ...customer, ...changes };
    chat("updateCustomer", changes);
  };

  /** @type {Record<string, (given?: any) => void>} */
  const methods = {
    maximize(given) {
      if (given?.messageDraft) chat("prefill", String(given.messageDraft));
      chat("open");
    },
    minimize() {
      chat("show");
      chat("close");
    },
    hide() {
      chat("hide");
    },
    destroy() {
      chat("destroy");
    },
    hide_greeting() {
      if (greeting) chat("cancelGreeting", { uniqueId: greeting.uniqueId });
    },
    set_session_variables(variables) {
      const sessionFields = texts(variables);
      customer = { ...customer, sessionFields };
      chat("setCustomerSessionFields", { sessionFields });
    },
    update_session_variables(variables) {
      const sessionFields = texts(variables);
      customer = { ...customer, sessionFields: { ...customer?.sessionFields, ...sessionFields } };
      chat("updateCustomer", { sessionFields });
    },
    set_customer_name: (name) => change({ name: String(name) }),
    set_customer_email: (email) => change({ email: String(email) }),
    trigger_sales_tracker() {
      complain("trigger_sales_tracker does nothing: the Customer Chat API has no such call");
    },
  };
  methods.set_custom_variables = methods.set_session_variables;
  methods.update_custom_variables = methods.update_session_variables;

  /** @type {Record<string, (...given: any[]) => unknown>} */
  const functions = {
    on: (name, callback) => add(name, callback, false),
    once: (name, callback) => add(name, callback, true),
    off: (name, callback) => void callbacks.get(name)?.delete(callback),
    get(name) {
      if (Object.hasOwn(getters, name)) return getters[name]();
      return complain(`there is no getter ${JSON.stringify(name)}`);
    },
    call(name, ...given) {
      if (Object.hasOwn(methods, name)) methods[name](...given);
      else complain(`there is no method ${JSON.stringify(name)}`);
    },
  };

  // -- events -----------------------------------------------------------------------------------------------------

  /** @param {Record<string, any>} now */
  const learn = (now) => {
    const before = state;
    const seen = visibility();
    state = { ...state, ...now };
    if (visibility() !== seen) emit("visibility_changed", { visibility: visibility() });
    if (!isReady) return void (now.connection === "connected" && getReady());
    if (state.availability !== before.availability) emit("availability_changed", { availability: state.availability });
    if (state.customerStatus !== before.customerStatus) emit("customer_status_changed", { status: state.customerStatus });
  };

  let isGettingReady = false;
  const getReady = async () => {
    if (isGettingReady) return;
    isGettingReady = true;
    const known = await host.chatwheel("getCustomer").catch(() => ({}));
    if (!isGettingReady) return; // destroyed meanwhile
    customer = { ...known, ...customer, sessionFields: { ...known.sessionFields, ...customer?.sessionFields } };
    isReady = true;
    emit("ready", initial());
  };

  /** @type {Record<string, (payload: any) => void>} */
  const heard = {
    open: () => learn({ open: true }),
    close: () => learn({ open: false }),
    hide: () => learn({ hidden: true }),
    show: () => learn({ hidden: false }),
    state: learn,
    destroy() {
      isReady = isGettingReady = false;
      greeting = undefined;
      state = { ...state, open: false, hidden: false };
    },
    customer_updated: (news) => (customer = { ...customer, ...news }),
    message: ({ createdAt, type, author: { id, type: kind } }) =>
      emit("new_event", { timestamp: Date.parse(createdAt), type, author: { id, type: kind } }),
    form: ({ type }) => emit("form_submitted", { type }),
    rating: ({ value }) => emit("rating_submitted", value),
    greeting({ shown, id, uniqueId, author }) {
      const about = { id, uniqueId };
      greeting = shown ? about : undefined;
      if (shown) emit("new_event", { timestamp: Date.now(), type: "message", author: { id: author.id, type: "agent" }, greeting: about });
      emit(shown ? "greeting_displayed" : "greeting_hidden", about);
    },
    button({ eventId, postbackId }) {
      const of = greeting && eventId === greeting.uniqueId ? { greeting } : {};
      emit("rich_message_button_clicked", { eventId, postbackId, ...of });
    },
  };

  /** The page knows who the visitor is; before anything connects. */
  const authenticate = () => {
    const { custom_identity_provider: provider } = configuration;
    if (typeof provider !== "function") return;
    try {
      chat("identity", provider());
    } catch (error) {
      complain(`__lc.custom_identity_provider failed: ${error}`);
    }
  };

  /** What `__lc` says of the visitor. */
  const introduce = () => {
    const { visitor, params, session_variables } = configuration;
    if (visitor?.name) methods.set_customer_name(visitor.name);
    if (visitor?.email) methods.set_customer_email(visitor.email);
    const pairs = Array.isArray(params) ? params : [];
    const variables = { ...Object.fromEntries(pairs.map(({ name, value }) => [name, value])), ...session_variables };
    if (Object.keys(variables).length) methods.set_session_variables(variables);
  };

  const attach = () => {
    for (const [name, listener] of Object.entries(heard)) host.chatwheel("on", name, listener);
    introduce();
  };

  /** Again, after `destroy`. */
  const init = () => {
    if (host.chatwheel.mounted) return;
    host.chatwheel("init");
    authenticate();
    attach();
  };

  const begin = () => {
    attach();
    /** @type {any} */
    const widget = (host.LiveChatWidget ??= {});
    for (const [name, run] of Object.entries(functions)) widget[name] ??= run;
    widget.init = init;
    widget.scriptTagVersion ??= () => widget._v;
    widget._h = (/** @type {string} */ name, /** @type {unknown[]} */ given) => functions[name](...given);
    for (const call of (widget._q ?? []).splice(0)) widget._h(...call);
  };

  configure();
  const queue = Array.isArray(host.chatwheel?.q) ? host.chatwheel.q : [];
  host.chatwheel = Object.assign((/** @type {unknown[]} */ ...call) => void queue.push(call), { q: queue, script });
  authenticate();
  import(new URL("embed.js", script.src).href).then(() => host.chatwheel.mounted && begin(), (error) => {
    console.error("chatwheel: embed.js could not be loaded beside livechat.js.", error);
  });
})();
