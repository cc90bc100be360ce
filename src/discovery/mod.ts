/**
 * Discovery: finding peers, and staying connected to those that matter.
 *
 * - `redial/`: targets that must be connected (mandatory peers, those for whom messages wait, those
 *   that vanished) are dialled for ever, with back-off
 * - `exchange/`: connected peers tell each other to whom else they are connected
 * - `admission.ts`, `candidates/`: peers that were merely discovered, by mDNS or by exchange, are
 *   dialled within limits that no number of announcements can break
 * - `address_scope.ts`: which of the addresses that others tell are worth a dial
 *
 * Everything here decides whom to dial and when; the dialling is a function that the node gives, and
 * the node says who is connected. It keeps nothing on disk.
 */
export { CandidateDialer, type CandidateDialerInit } from "./candidates/driver.ts";
export { ExchangeDriver, type ExchangeDriverInit } from "./exchange/driver.ts";
export type { ConnectedPeer } from "./exchange/records.ts";
export type { PeerRecord } from "./exchange/wire.ts";
export { Redialer, type RedialerInit } from "./redial/driver.ts";
export type { TargetStatus } from "./redial/state.ts";
