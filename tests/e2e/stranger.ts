/** Listeners on loopback that do not speak our protocol. */

/** A TCP server; dispose it to close it and all its connections. */
export class Stranger implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections: Deno.TcpConn[] = [];
  readonly #serving: Promise<void>;
  readonly #called = Promise.withResolvers<void>();

  /** @param greeting what it says to everybody before it hangs up; without one it only listens */
  constructor(greeting?: string) {
    this.#serving = this.#serve(greeting);
  }

  get address(): string {
    return `127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Resolves when somebody connects. */
  get called(): Promise<void> {
    return this.#called.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
    for (const connection of this.#connections) connection.close();
  }

  async #serve(greeting: string | undefined): Promise<void> {
    for await (const connection of this.#listener) {
      this.#connections.push(connection);
      this.#called.resolve();
      if (greeting === undefined) continue;
      await connection.write(new TextEncoder().encode(greeting));
      await connection.closeWrite();
    }
  }
}
