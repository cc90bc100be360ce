/** Errors on their way over the control socket: what a person gets to see is the same on both sides. */
import {
  createJSONRPCErrorResponse,
  JSONRPCErrorCode,
  type JSONRPCErrorResponse,
  type JSONRPCID,
} from "json-rpc-2.0";
import { ChatError } from "../errors.ts";
import { ShapeError } from "./check.ts";
import { CANCELLED_ERROR, errorData, NODE_ERROR, REFUSED_ERROR } from "./wire.ts";

/** An error that ends the connection. */
export class Refusal extends ChatError {}

/** As an answer to the request `id`. */
export function errorResponse(id: JSONRPCID, error: unknown): JSONRPCErrorResponse {
  if (error instanceof ChatError) {
    const { code, message, hint } = error;
    const number = error instanceof Refusal ? REFUSED_ERROR : NODE_ERROR;
    return createJSONRPCErrorResponse(id, number, message, { code, hint });
  }
  const number = error instanceof ShapeError
    ? JSONRPCErrorCode.InvalidParams
    : error instanceof DOMException && error.name === "AbortError"
    ? CANCELLED_ERROR
    : JSONRPCErrorCode.InternalError;
  return createJSONRPCErrorResponse(
    id,
    number,
    error instanceof Error ? error.message : `${error}`,
  );
}

/** From an answer to the error that it stands for. */
export function errorFrom({ error }: Pick<JSONRPCErrorResponse, "error">): Error {
  const { code, message, data } = error;
  if (code !== NODE_ERROR && code !== REFUSED_ERROR) {
    return new Error(`the node that runs answered: ${message}`);
  }
  const { code: word, hint } = errorData(data, "the data of an error");
  return new ChatError(word, String(message), hint === undefined ? {} : { hint });
}
