/** A TCP relay on loopback that can fail in the ways in which a network does. */

/** Two ends joined by the relay. */
export class FrailLink implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: number;
  readonly #sockets: Deno.TcpConn[] = [];
  readonly #pumps: Promise<void>[] = [];
  readonly #accepting: Promise<void>;
  #silent = false;

  /** @param target port on loopback to which everything is passed on */
  constructor(target: number) {
    this.#target = target;
    this.#accepting = this.#accept();
  }

  /** Where to dial instead of the target. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** From now on nothing gets through and nothing is closed, as with packets that are dropped. */
  fallSilent(): void {
    this.#silent = true;
  }

  /** Closes both sockets, as the operating system does for a process that was killed. */
  cut(): void {
    for (const socket of this.#sockets.splice(0)) socket.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#accepting;
    await Promise.all(this.#pumps);
  }

  async #accept(): Promise<void> {
    for await (const near of this.#listener) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      this.#sockets.push(near, far);
      this.#pumps.push(this.#pump(near, far), this.#pump(far, near));
    }
  }

  async #pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
        let sent = 0;
        while (!this.#silent && sent < size) sent += await to.write(buffer.subarray(sent, size));
      }
      await to.closeWrite();
    } catch {
      // Cut, or one of the ends is gone: that is what the link is for.
    }
  }
}
