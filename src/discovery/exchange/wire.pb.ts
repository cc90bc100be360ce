// @ts-nocheck generated from wire.proto by deno task proto
import { decodeMessage, encodeMessage, MaxLengthError, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface Frame {
  question?: Question
  answer?: Answer
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

        if (obj.answer != null) {
          obj.question = undefined
        }

        if (obj.question != null) {
          obj.answer = undefined
        }

        if (obj.question != null) {
          w.uint32(10)
          Question.codec().encode(obj.question, w)
        }

        if (obj.answer != null) {
          w.uint32(18)
          Answer.codec().encode(obj.answer, w)
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
              obj.question = Question.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.question
              })
              break
            }
            case 2: {
              obj.answer = Answer.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.answer
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.answer != null) {
          delete obj.question
        }

        if (obj.question != null) {
          delete obj.answer
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Question.codec().stream(reader, reader.uint32(), `${prefix}.question`, {
                limits: opts.limits?.question
              })

              break
            }
            case 2: {
              yield * Answer.codec().stream(reader, reader.uint32(), `${prefix}.answer`, {
                limits: opts.limits?.answer
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

  export interface FrameAnswerRecordsPeerIdFieldEvent {
    field: '$.answer.records[].peerId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface FrameAnswerRecordsNameFieldEvent {
    field: '$.answer.records[].name'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface FrameAnswerRecordsAddressesFieldEvent {
    field: '$.answer.records[].addresses[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface FrameAnswerRecordsSeenAgoMsFieldEvent {
    field: '$.answer.records[].seenAgoMs'
    value: number
    index: number
  }

  export function encode (obj: Partial<Frame>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Frame.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Frame>): Frame {
    return decodeMessage(buf, Frame.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Frame>): Generator<FrameAnswerRecordsPeerIdFieldEvent | FrameAnswerRecordsNameFieldEvent | FrameAnswerRecordsAddressesFieldEvent | FrameAnswerRecordsSeenAgoMsFieldEvent> {
    return streamMessage(buf, Frame.codec(), opts)
  }
}

export interface Question {}

export namespace Question {
  let _codec: Codec<Question>

  export const codec = (): Codec<Question> => {
    if (_codec == null) {
      _codec = message<Question>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
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

  export function encode (obj: Partial<Question>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Question.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Question>): Question {
    return decodeMessage(buf, Question.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Question>): Generator<{}> {
    return streamMessage(buf, Question.codec(), opts)
  }
}

export interface Answer {
  records: Record[]
}

export namespace Answer {
  let _codec: Codec<Answer>

  export const codec = (): Codec<Answer> => {
    if (_codec == null) {
      _codec = message<Answer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.records != null && obj.records.length > 0) {
          for (const value of obj.records) {
            w.uint32(10)
            Record.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          records: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.records != null && obj.records.length === opts.limits.records) {
                throw new MaxLengthError('Decode error - repeated field "records" had too many elements')
              }

              obj.records.push(Record.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.records$
              }))
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
          records: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.records != null && obj.records === opts.limits.records) {
                throw new MaxLengthError('Streaming decode error - repeated field "records" had too many elements')
              }

              for (const evt of Record.codec().stream(reader, reader.uint32(), `${prefix}.records[]`, {
                limits: opts.limits?.records$
              })) {
                yield {
                  ...evt,
                  index: obj.records
                }
              }

              obj.records++

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

  export interface AnswerRecordsPeerIdFieldEvent {
    field: '$.records[].peerId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface AnswerRecordsNameFieldEvent {
    field: '$.records[].name'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface AnswerRecordsAddressesFieldEvent {
    field: '$.records[].addresses[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface AnswerRecordsSeenAgoMsFieldEvent {
    field: '$.records[].seenAgoMs'
    value: number
    index: number
  }

  export function encode (obj: Partial<Answer>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Answer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Answer>): Answer {
    return decodeMessage(buf, Answer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Answer>): Generator<AnswerRecordsPeerIdFieldEvent | AnswerRecordsNameFieldEvent | AnswerRecordsAddressesFieldEvent | AnswerRecordsSeenAgoMsFieldEvent> {
    return streamMessage(buf, Answer.codec(), opts)
  }
}

export interface Record {
  peerId: Uint8Array<ArrayBuffer>
  name: Uint8Array<ArrayBuffer>
  addresses: Uint8Array<ArrayBuffer>[]
  seenAgoMs: number
}

export namespace Record {
  let _codec: Codec<Record>

  export const codec = (): Codec<Record> => {
    if (_codec == null) {
      _codec = message<Record>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.peerId != null && obj.peerId.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.peerId)
        }

        if ((obj.name != null && obj.name.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.name)
        }

        if (obj.addresses != null && obj.addresses.length > 0) {
          for (const value of obj.addresses) {
            w.uint32(26)
            w.bytes(value)
          }
        }

        if ((obj.seenAgoMs != null && obj.seenAgoMs !== 0)) {
          w.uint32(32)
          w.uint32(obj.seenAgoMs)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          peerId: uint8ArrayAlloc(0),
          name: uint8ArrayAlloc(0),
          addresses: [],
          seenAgoMs: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.peerId = reader.bytes()
              break
            }
            case 2: {
              obj.name = reader.bytes()
              break
            }
            case 3: {
              if (opts.limits?.addresses != null && obj.addresses.length === opts.limits.addresses) {
                throw new MaxLengthError('Decode error - repeated field "addresses" had too many elements')
              }

              obj.addresses.push(reader.bytes())
              break
            }
            case 4: {
              obj.seenAgoMs = reader.uint32()
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
          addresses: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.peerId`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.name`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              if (opts.limits?.addresses != null && obj.addresses === opts.limits.addresses) {
                throw new MaxLengthError('Streaming decode error - repeated field "addresses" had too many elements')
              }

              yield {
                field: `${prefix}.addresses[]`,
                index: obj.addresses,
                value: reader.bytes()
              }

              obj.addresses++

              break
            }
            case 4: {
              yield {
                field: `${prefix}.seenAgoMs`,
                value: reader.uint32()
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

  export interface RecordPeerIdFieldEvent {
    field: '$.peerId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RecordNameFieldEvent {
    field: '$.name'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RecordAddressesFieldEvent {
    field: '$.addresses[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface RecordSeenAgoMsFieldEvent {
    field: '$.seenAgoMs'
    value: number
  }

  export function encode (obj: Partial<Record>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Record.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Record>): Record {
    return decodeMessage(buf, Record.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Record>): Generator<RecordPeerIdFieldEvent | RecordNameFieldEvent | RecordAddressesFieldEvent | RecordSeenAgoMsFieldEvent> {
    return streamMessage(buf, Record.codec(), opts)
  }
}
