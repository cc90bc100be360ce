// @ts-nocheck generated from wire.proto by deno task proto
import { decodeMessage, encodeMessage, MaxLengthError, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface Frame {
  message?: Message
  acknowledgement?: Acknowledgement
  refusal?: Refusal
  read?: Read
  readAcknowledgement?: ReadAcknowledgement
}

export namespace Frame {
  let _codec: Codec<Frame>

  export const codec = (): Codec<Frame> => {
    if (_codec == null) {
      _codec = message<Frame>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        obj = { ...obj }

        if (obj.readAcknowledgement != null) {
          obj.read = undefined
          obj.refusal = undefined
          obj.acknowledgement = undefined
          obj.message = undefined
        }

        if (obj.read != null) {
          obj.readAcknowledgement = undefined
          obj.refusal = undefined
          obj.acknowledgement = undefined
          obj.message = undefined
        }

        if (obj.refusal != null) {
          obj.readAcknowledgement = undefined
          obj.read = undefined
          obj.acknowledgement = undefined
          obj.message = undefined
        }

        if (obj.acknowledgement != null) {
          obj.readAcknowledgement = undefined
          obj.read = undefined
          obj.refusal = undefined
          obj.message = undefined
        }

        if (obj.message != null) {
          obj.readAcknowledgement = undefined
          obj.read = undefined
          obj.refusal = undefined
          obj.acknowledgement = undefined
        }

        if (obj.message != null) {
          w.uint32(10)
          Message.codec().encode(obj.message, w)
        }

        if (obj.acknowledgement != null) {
          w.uint32(18)
          Acknowledgement.codec().encode(obj.acknowledgement, w)
        }

        if (obj.refusal != null) {
          w.uint32(26)
          Refusal.codec().encode(obj.refusal, w)
        }

        if (obj.read != null) {
          w.uint32(34)
          Read.codec().encode(obj.read, w)
        }

        if (obj.readAcknowledgement != null) {
          w.uint32(42)
          ReadAcknowledgement.codec().encode(obj.readAcknowledgement, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.message = Message.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.message
              })
              break
            }
            case 2: {
              obj.acknowledgement = Acknowledgement.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.acknowledgement
              })
              break
            }
            case 3: {
              obj.refusal = Refusal.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.refusal
              })
              break
            }
            case 4: {
              obj.read = Read.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.read
              })
              break
            }
            case 5: {
              obj.readAcknowledgement = ReadAcknowledgement.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.readAcknowledgement
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.readAcknowledgement != null) {
          delete obj.read
          delete obj.refusal
          delete obj.acknowledgement
          delete obj.message
        }

        if (obj.read != null) {
          delete obj.readAcknowledgement
          delete obj.refusal
          delete obj.acknowledgement
          delete obj.message
        }

        if (obj.refusal != null) {
          delete obj.readAcknowledgement
          delete obj.read
          delete obj.acknowledgement
          delete obj.message
        }

        if (obj.acknowledgement != null) {
          delete obj.readAcknowledgement
          delete obj.read
          delete obj.refusal
          delete obj.message
        }

        if (obj.message != null) {
          delete obj.readAcknowledgement
          delete obj.read
          delete obj.refusal
          delete obj.acknowledgement
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Message.codec().stream(reader, reader.uint32(), `${prefix}.message`, {
                limits: opts.limits?.message
              })

              break
            }
            case 2: {
              yield * Acknowledgement.codec().stream(reader, reader.uint32(), `${prefix}.acknowledgement`, {
                limits: opts.limits?.acknowledgement
              })

              break
            }
            case 3: {
              yield * Refusal.codec().stream(reader, reader.uint32(), `${prefix}.refusal`, {
                limits: opts.limits?.refusal
              })

              break
            }
            case 4: {
              yield * Read.codec().stream(reader, reader.uint32(), `${prefix}.read`, {
                limits: opts.limits?.read
              })

              break
            }
            case 5: {
              yield * ReadAcknowledgement.codec().stream(reader, reader.uint32(), `${prefix}.readAcknowledgement`, {
                limits: opts.limits?.readAcknowledgement
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface FrameMessageIdFieldEvent {
    field: '$.message.id'
    value: Uint8Array<ArrayBuffer>
  }

  export interface FrameMessageSequenceFieldEvent {
    field: '$.message.sequence'
    value: number
  }

  export interface FrameMessageSentAtMsFieldEvent {
    field: '$.message.sentAtMs'
    value: bigint
  }

  export interface FrameMessageTextFieldEvent {
    field: '$.message.text'
    value: Uint8Array<ArrayBuffer>
  }

  export interface FrameMessageReplyToFieldEvent {
    field: '$.message.replyTo'
    value: Uint8Array<ArrayBuffer>
  }

  export interface FrameAcknowledgementIdsFieldEvent {
    field: '$.acknowledgement.ids[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface FrameRefusalIdFieldEvent {
    field: '$.refusal.id'
    value: Uint8Array<ArrayBuffer>
  }

  export interface FrameRefusalReasonFieldEvent {
    field: '$.refusal.reason'
    value: Uint8Array<ArrayBuffer>
  }

  export interface FrameReadIdsFieldEvent {
    field: '$.read.ids[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface FrameReadAcknowledgementIdsFieldEvent {
    field: '$.readAcknowledgement.ids[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Frame>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Frame.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Frame>): Frame {
    return decodeMessage(buf, Frame.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Frame>): Generator<FrameMessageIdFieldEvent | FrameMessageSequenceFieldEvent | FrameMessageSentAtMsFieldEvent | FrameMessageTextFieldEvent | FrameMessageReplyToFieldEvent | FrameAcknowledgementIdsFieldEvent | FrameRefusalIdFieldEvent | FrameRefusalReasonFieldEvent | FrameReadIdsFieldEvent | FrameReadAcknowledgementIdsFieldEvent> {
    return streamMessage(buf, Frame.codec(), opts)
  }
}

export interface Message {
  id: Uint8Array<ArrayBuffer>
  sequence: number
  sentAtMs: bigint
  text: Uint8Array<ArrayBuffer>
  replyTo: Uint8Array<ArrayBuffer>
}

export namespace Message {
  let _codec: Codec<Message>

  export const codec = (): Codec<Message> => {
    if (_codec == null) {
      _codec = message<Message>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.id != null && obj.id.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.id)
        }

        if ((obj.sequence != null && obj.sequence !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.sequence)
        }

        if ((obj.sentAtMs != null && obj.sentAtMs !== 0n)) {
          w.uint32(24)
          w.uint64(obj.sentAtMs)
        }

        if ((obj.text != null && obj.text.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.text)
        }

        if ((obj.replyTo != null && obj.replyTo.byteLength > 0)) {
          w.uint32(42)
          w.bytes(obj.replyTo)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          id: uint8ArrayAlloc(0),
          sequence: 0,
          sentAtMs: 0n,
          text: uint8ArrayAlloc(0),
          replyTo: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.id = reader.bytes()
              break
            }
            case 2: {
              obj.sequence = reader.uint64Number()
              break
            }
            case 3: {
              obj.sentAtMs = reader.uint64()
              break
            }
            case 4: {
              obj.text = reader.bytes()
              break
            }
            case 5: {
              obj.replyTo = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.id`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64Number()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.sentAtMs`,
                value: reader.uint64()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.text`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.replyTo`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface MessageIdFieldEvent {
    field: '$.id'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageSequenceFieldEvent {
    field: '$.sequence'
    value: number
  }

  export interface MessageSentAtMsFieldEvent {
    field: '$.sentAtMs'
    value: bigint
  }

  export interface MessageTextFieldEvent {
    field: '$.text'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageReplyToFieldEvent {
    field: '$.replyTo'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Message>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Message.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Message>): Message {
    return decodeMessage(buf, Message.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Message>): Generator<MessageIdFieldEvent | MessageSequenceFieldEvent | MessageSentAtMsFieldEvent | MessageTextFieldEvent | MessageReplyToFieldEvent> {
    return streamMessage(buf, Message.codec(), opts)
  }
}

export interface Acknowledgement {
  ids: Uint8Array<ArrayBuffer>[]
}

export namespace Acknowledgement {
  let _codec: Codec<Acknowledgement>

  export const codec = (): Codec<Acknowledgement> => {
    if (_codec == null) {
      _codec = message<Acknowledgement>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.ids != null && obj.ids.length > 0) {
          for (const value of obj.ids) {
            w.uint32(10)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          ids: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.ids != null && obj.ids.length === opts.limits.ids) {
                throw new MaxLengthError('Decode error - repeated field "ids" had too many elements')
              }

              obj.ids.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          ids: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.ids != null && obj.ids === opts.limits.ids) {
                throw new MaxLengthError('Streaming decode error - repeated field "ids" had too many elements')
              }

              yield {
                field: `${prefix}.ids[]`,
                index: obj.ids,
                value: reader.bytes()
              }

              obj.ids++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AcknowledgementIdsFieldEvent {
    field: '$.ids[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Acknowledgement>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Acknowledgement.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Acknowledgement>): Acknowledgement {
    return decodeMessage(buf, Acknowledgement.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Acknowledgement>): Generator<AcknowledgementIdsFieldEvent> {
    return streamMessage(buf, Acknowledgement.codec(), opts)
  }
}

export interface Refusal {
  id: Uint8Array<ArrayBuffer>
  reason: Uint8Array<ArrayBuffer>
}

export namespace Refusal {
  let _codec: Codec<Refusal>

  export const codec = (): Codec<Refusal> => {
    if (_codec == null) {
      _codec = message<Refusal>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.id != null && obj.id.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.id)
        }

        if ((obj.reason != null && obj.reason.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.reason)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          id: uint8ArrayAlloc(0),
          reason: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.id = reader.bytes()
              break
            }
            case 2: {
              obj.reason = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.id`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.reason`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RefusalIdFieldEvent {
    field: '$.id'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RefusalReasonFieldEvent {
    field: '$.reason'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Refusal>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Refusal.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refusal>): Refusal {
    return decodeMessage(buf, Refusal.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refusal>): Generator<RefusalIdFieldEvent | RefusalReasonFieldEvent> {
    return streamMessage(buf, Refusal.codec(), opts)
  }
}

export interface Read {
  ids: Uint8Array<ArrayBuffer>[]
}

export namespace Read {
  let _codec: Codec<Read>

  export const codec = (): Codec<Read> => {
    if (_codec == null) {
      _codec = message<Read>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.ids != null && obj.ids.length > 0) {
          for (const value of obj.ids) {
            w.uint32(10)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          ids: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.ids != null && obj.ids.length === opts.limits.ids) {
                throw new MaxLengthError('Decode error - repeated field "ids" had too many elements')
              }

              obj.ids.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          ids: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.ids != null && obj.ids === opts.limits.ids) {
                throw new MaxLengthError('Streaming decode error - repeated field "ids" had too many elements')
              }

              yield {
                field: `${prefix}.ids[]`,
                index: obj.ids,
                value: reader.bytes()
              }

              obj.ids++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ReadIdsFieldEvent {
    field: '$.ids[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Read>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Read.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Read>): Read {
    return decodeMessage(buf, Read.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Read>): Generator<ReadIdsFieldEvent> {
    return streamMessage(buf, Read.codec(), opts)
  }
}

export interface ReadAcknowledgement {
  ids: Uint8Array<ArrayBuffer>[]
}

export namespace ReadAcknowledgement {
  let _codec: Codec<ReadAcknowledgement>

  export const codec = (): Codec<ReadAcknowledgement> => {
    if (_codec == null) {
      _codec = message<ReadAcknowledgement>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.ids != null && obj.ids.length > 0) {
          for (const value of obj.ids) {
            w.uint32(10)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          ids: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.ids != null && obj.ids.length === opts.limits.ids) {
                throw new MaxLengthError('Decode error - repeated field "ids" had too many elements')
              }

              obj.ids.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          ids: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.ids != null && obj.ids === opts.limits.ids) {
                throw new MaxLengthError('Streaming decode error - repeated field "ids" had too many elements')
              }

              yield {
                field: `${prefix}.ids[]`,
                index: obj.ids,
                value: reader.bytes()
              }

              obj.ids++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ReadAcknowledgementIdsFieldEvent {
    field: '$.ids[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<ReadAcknowledgement>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, ReadAcknowledgement.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ReadAcknowledgement>): ReadAcknowledgement {
    return decodeMessage(buf, ReadAcknowledgement.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ReadAcknowledgement>): Generator<ReadAcknowledgementIdsFieldEvent> {
    return streamMessage(buf, ReadAcknowledgement.codec(), opts)
  }
}
