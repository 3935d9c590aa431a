/** Server-sent events out of a body that is read with `fetch`, which can send a token. */

export interface ServerEvent {
  /** The last one that was said; "" before any was. */
  id: string;
  event: string;
  data: string;
}

/**
 * Takes text as it comes, in pieces of any size, and gives the events that are whole. What begins
 * with a colon is a sign of life, and nothing else.
 */
export class EventParser {
  private rest = "";
  private id = "";
  private event = "";
  private data: string[] = [];

  take(text: string): ServerEvent[] {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    const found: ServerEvent[] = [];
    for (const line of lines) {
      const whole = this.line(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (whole) found.push(whole);
    }
    return found;
  }

  private line(line: string): ServerEvent | null {
    if (line === "") return this.end();
    const colon = line.indexOf(":");
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "id") this.id = value;
    else if (name === "event") this.event = value;
    else if (name === "data") this.data.push(value);
    return null;
  }

  private end(): ServerEvent | null {
    const { id, event, data } = this;
    this.event = "";
    this.data = [];
    return data.length ? { id, event: event || "message", data: data.join("\n") } : null;
  }
}
