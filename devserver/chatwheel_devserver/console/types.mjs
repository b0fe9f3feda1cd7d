/**
 * What the console hears and keeps. The names of the wire are left as they are.
 *
 * @typedef {Record<string, any>} Json
 *
 * @typedef {object} ChatEvent
 * @property {string} id
 * @property {string} type
 * @property {string} created_at
 * @property {string} [author_id]
 * @property {string} [custom_id]
 * @property {string} [text]
 * @property {string} [url]
 * @property {string} [name]
 * @property {number} [size]
 * @property {number} [width]
 * @property {number} [height]
 * @property {string} [content_type]
 * @property {string} [thumbnail_url]
 * @property {string} [thumbnail2x_url]
 * @property {string} [alternative_text]
 * @property {boolean} [deleted]
 * @property {Json[]} [fields]
 * @property {Json[]} [elements]
 *
 * @typedef {object} User
 * @property {string} id
 * @property {"customer" | "agent"} type
 * @property {string} [name]
 * @property {string} [avatar]
 * @property {boolean} [present]
 * @property {"all" | "agents"} [visibility]
 * @property {string} [events_seen_up_to]
 *
 * @typedef {object} Visitor
 * @property {string} id
 * @property {string} [name]
 * @property {string} [email]
 * @property {Json[]} sessionFields
 * @property {{url: string, title: string}[]} pages
 * @property {number} visits
 * @property {number} chats
 * @property {boolean} online
 * @property {string} [referrer]
 * @property {string} [userAgent]
 *
 * @typedef {"sending" | "failed"} PendingState
 *
 * @typedef {object} Pending
 * @property {string} customId
 * @property {string} text
 * @property {File | null} file
 * @property {Json | null} rich
 * @property {number} progress
 * @property {PendingState} state
 * @property {string} problem
 *
 * @typedef {object} Chat
 * @property {string} id
 * @property {string} visitorId
 * @property {string} threadId
 * @property {string} startedAt
 * @property {boolean} active
 * @property {boolean} loaded
 * @property {Map<string, User>} users
 * @property {ChatEvent[]} events
 * @property {string} draft
 * @property {string} viewedUpTo
 * @property {Pending[]} pending
 * @property {number | null} place
 * @property {string} typist The colleague who is writing in it; empty for none.
 * @property {ChatEvent[]} earlier What was said in threads before this one, as far as it was asked for.
 * @property {boolean} hasEarlier Whether there is more of that.
 * @property {string | null} earlierPage Where more of it is; null if none was asked for yet.
 *
 * @typedef {"connecting" | "online" | "offline"} Status
 */

export {};
