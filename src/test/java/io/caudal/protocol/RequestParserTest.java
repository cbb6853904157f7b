package io.caudal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullUnmarked
class RequestParserTest {
  private static final RequestParser PARSER = new RequestParser(2000, 512);

  @Test
  void aMinimalRequestTakesTheDefaults() {
    Request request = accepted(null, "{'request_id':'r','prompt':'Hi'}");
    assertThat(request).isEqualTo(withArrival("r", null, "Hi"));
  }

  @Test
  void theSessionComesFromTheKeyWhenTheValueHasNone() {
    assertThat(accepted("s", "{'request_id':'r','prompt':'Hi'}").sessionId()).isEqualTo("s");
    assertThat(accepted("s", "{'request_id':'r','session_id':'s','prompt':''}").sessionId())
        .isEqualTo("s");
    assertThat(accepted("", "{'request_id':'r','prompt':'Hi'}").sessionId()).isNull();
  }

  @Test
  void anAnswerMayIgnoreEndTokens() {
    Request request = accepted(null, "{'request_id':'r','prompt':'Hi','ignore_eos':true}");
    assertThat(request.sampling().ignoreEos()).isTrue();
    assertThat(RequestJson.read(RequestJson.write(request))).isEqualTo(request);
  }

  @Test
  void stopMayBeOneTextAndADeadlineAnInstant() {
    Request request =
        accepted(
            null,
            "{'request_id':'r','prompt':'Hi','stop':'END','deadline':'2026-01-05T12:00:00Z'}");
    assertThat(request.stop()).containsExactly("END");
    assertThat(request.deadlineMillis()).isEqualTo(1_767_614_400_000L);
  }

  @Test
  void whatIsToldOfAChoiceAndWhatLimitsIt() {
    Request request =
        accepted(
            null,
            "{'request_id':'r','prompt':'Hi','logprobs':true,'top_logprobs':3,"
                + "'logit_bias':{'7':-100,'0':2.5},'response_format':{'type':'json_object'}}");
    SamplingParams sampling = request.sampling();
    assertThat(sampling.topLogprobs()).isEqualTo(3);
    assertThat(sampling.logitBias()).containsOnly(Map.entry(7, -100.0), Map.entry(0, 2.5));
    assertThat(sampling.format()).isEqualTo(ResponseFormat.JSON_OBJECT);
    assertThat(accepted(null, "{'request_id':'r','prompt':'Hi','logprobs':true}").sampling())
        .extracting(SamplingParams::topLogprobs)
        .isEqualTo(0);
    assertThat(accepted(null, "{'request_id':'r','prompt':'a','logprobs':false}").sampling())
        .isEqualTo(SamplingParams.GREEDY);
  }

  @Test
  void threeHundredBiasesAreTheMost() {
    StringBuilder biases = new StringBuilder("'0':1");
    for (int id = 1; id <= 300; id++) {
      biases.append(",'").append(id).append("':1");
    }
    String request = "{'request_id':'r','prompt':'a','logit_bias':{" + biases + "}}";
    Rejection rejection =
        new RequestParser(10_000, 512).parse(null, bytes(request), "t", 3, 9, 77).rejection();
    assertThat(rejection.failure().message())
        .isEqualTo("logit_bias = 301 tokens is not allowed: at most 300");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // What could not be understood: a dead letter, and an answer where the id can be read.
        "BAD_JSON        | {'request_id':'r',                                  | true  | not valid JSON at byte",
        "BAD_JSON        | {'request_id':'r','prompt':'a','prompt':'b'}        | true  | Duplicate",
        "BAD_JSON        | {'request_id':'r','prompt':'a'} x                   | true  | Unrecognized token",
        "BAD_JSON        | {'request_id':'r','prompt':'a'}{}                   | true  | railing",
        "BAD_JSON        | {'request_id':'r','prompt':'a','temperature':NaN}   | true  | NaN",
        "BAD_JSON        | [1]                                                 | false | must be a JSON object, this is an array",
        "BAD_JSON        | null                                                | false | this is null",
        "MISSING_FIELD   | {'prompt':'a'}                                      | false | request_id is missing",
        "MISSING_FIELD   | {'request_id':'r'}                                  | true  | exactly one of messages, prompt and prompt_ids, this has 0",
        "BAD_FIELD       | {'request_id':'r','prompt':'a','prompt_ids':[1]}    | true  | this has 2",
        "MISSING_FIELD   | {'request_id':'r','type':'cancel','session_id':'s'} | true  | target_request_id is missing",
        "MISSING_FIELD   | {'request_id':'r','type':'end_session'}             | true  | session_id is missing",
        "UNKNOWN_TYPE    | {'request_id':'r','type':'ward'}                    | true  | type = 'ward'",
        "UNKNOWN_VERSION | {'v':2,'request_id':'r','prompt':'a'}               | true  | v = '2'",
        "UNKNOWN_VERSION | {'v':'1','request_id':'r','prompt':'a'}             | true  | v =",
        "BAD_FIELD       | {'request_id':7,'prompt':'a'}                       | false | request_id must be a string, this is a whole number",
        "BAD_FIELD       | {'request_id':'r','prompt':['a']}                   | true  | prompt must be a string, this is an array",
        "BAD_FIELD       | {'request_id':'r','prompt':'a','max_token':5}       | true  | unknown field 'max_token'; nearest known: 'max_tokens'",
        "BAD_FIELD       | {'request_id':'r','prompt':'a','arrival_ms':5}      | true  | unknown field 'arrival_ms'",
        "BAD_FIELD       | {'request_id':'r','prompt':'a','max_tokens':5.0}    | true  | max_tokens must be a whole number, this is a fraction",
        "BAD_FIELD       | {'request_id':'r','prompt':'a','stream':'no'}       | true  | stream must be true or false, this is a string",
        "BAD_FIELD       | {'request_id':'r','prompt':'a\\ud800'}              | true  | lone surrogate at character 1",
        "BAD_FIELD       | {'request_id':'r','messages':[{'role':'user','contents':'x'}]} | true | nearest known: 'messages[0].content'",
        "BAD_FIELD       | {'request_id':'r','prompt':'a','logit_bias':[1]}    | true  | logit_bias must be an object of token ids and numbers, this is an array",
        "BAD_FIELD       | {'request_id':'r','prompt':'a','logit_bias':{'7':'x'}} | true | logit_bias.7 must be a number, this is a string",
        "BAD_FIELD       | {'request_id':'r','prompt':'a','logprobs':5}         | true  | logprobs must be true or false, this is a whole number",
        "BAD_FIELD       | {'request_id':'r','prompt':'a','response_format':'json'} | true | response_format must be an object with a type, this is a string",
        "MISSING_FIELD   | {'request_id':'r','prompt':'a','response_format':{}} | true  | response_format.type is missing",
        "BAD_FIELD       | {'request_id':'r','prompt':'a','response_format':{'type':'text','strict':true}} | true | unknown field 'response_format.strict'",
        "MISSING_FIELD   | {'request_id':'r','messages':[{'role':'user'}]}     | true  | messages[0].content is missing",
        "BAD_PARAMETER   | {'request_id':'','prompt':'a'}                      | false | request_id has 0 characters, allowed are 1 to 256",
        "BAD_PARAMETER   | {'request_id':'a\\u0007','prompt':'a'}              | false | control character at position 1",
      })
  void whatCanNotBeUnderstoodIsADeadLetter(
      ErrorCode code, String json, boolean answered, String reason) {
    Rejection rejection = rejected(null, json);
    assertThat(rejection.failure().code()).isEqualTo(code);
    assertThat(rejection.failure().message()).contains(reason);
    assertThat(rejection.requestId()).isEqualTo(answered ? "r" : null);
    DeadLetter letter = rejection.deadLetter();
    assertThat(letter).isNotNull();
    assertThat(letter.code()).isEqualTo(code);
    assertThat(letter.original()).isEqualTo(bytes(json));
    assertThat(letter.topic() + letter.partition() + "@" + letter.offset()).isEqualTo("t3@9");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'temperature':2.5        | temperature = 2.5 is not allowed: [0, 2]",
        "'temperature':-1         | temperature = -1.0 is not allowed: [0, 2]",
        "'temperature':1e999      | temperature = Infinity is not allowed: [0, 2]",
        "'top_p':0                | top_p = 0.0 is not allowed: (0, 1]",
        "'min_p':1                | min_p = 1.0 is not allowed: [0, 1)",
        "'top_k':-1               | top_k = -1 is not allowed: 0 to",
        "'seed':99999999999999999999 | seed = 99999999999999999999 is not allowed",
        "'frequency_penalty':3    | frequency_penalty = 3.0 is not allowed: [-2, 2]",
        "'presence_penalty':-3    | presence_penalty = -3.0 is not allowed: [-2, 2]",
        "'repetition_penalty':0   | repetition_penalty = 0.0 is not allowed: (0, 2]",
        "'logit_bias':{'7':101}   | logit_bias.7 = 101.0 is not allowed: [-100, 100]",
        "'logit_bias':{'-1':1}    | logit_bias = a bias of '-1' is not allowed: keys are token ids",
        "'logit_bias':{'07':1}    | logit_bias = a bias of '07' is not allowed",
        "'logit_bias':{'the':1}   | logit_bias = a bias of 'the' is not allowed",
        "'top_logprobs':5         | top_logprobs = 5 is not allowed: needs",
        "'logprobs':true,'top_logprobs':21 | top_logprobs = 21 is not allowed: 0 to 20",
        "'response_format':{'type':'xml'} | response_format.type = 'xml' is not allowed: text or json_object",
        "'response_format':{'type':'json_schema','json_schema':{}} | response_format.type = 'json_schema' is not supported",
        "'n':9                    | n = 9 is not allowed: 1 to 8",
        "'n':2,'session_id':'s'   | n = 2 is not allowed: 1 in a session, which goes on from one answer",
        "'max_tokens':0           | max_tokens = 0 is not allowed: 1 to 512",
        "'max_tokens':513         | 1 to 512 (the most is `request.max-new-tokens`)",
        "'priority':11            | priority = 11 is not allowed: -10 to 10",
        "'deadline':'tomorrow'    | deadline = 'tomorrow' is not allowed",
        "'deadline':-1            | deadline = -1 is not allowed",
        "'stop':''                | stop = a text of 0 characters is not allowed: 1 to 256",
        "'stop':['a','']          | stop[1] = a text of 0 characters",
        "'stop':['1','2','3','4','5','6','7','8','9','a','b','c','d','e','f','g','h'] | stop = 17 texts is not allowed: at most 16",
        "'session_id':'~abc'      | session_id = '~abc' is not allowed: names that begin with '~' are reserved",
        "'tenant':''              | tenant has 0 characters",
      })
  void aValueOutOfRangeIsAnsweredAndIsNoDeadLetter(String field, String reason) {
    Rejection rejection = rejected(null, "{'request_id':'r','prompt':'a'," + field + "}");
    assertThat(rejection.failure().code()).isEqualTo(ErrorCode.BAD_PARAMETER);
    assertThat(rejection.failure().message()).contains(reason);
    assertThat(rejection.requestId()).isEqualTo("r");
    assertThat(rejection.deadLetter()).isNull();
  }

  @Test
  void anUnknownRoleIsAnswered() {
    Rejection rejection =
        rejected(null, "{'request_id':'r','messages':[{'role':'bot','content':'x'}]}");
    assertThat(rejection.failure().message()).startsWith("messages[0].role = 'bot'");
    assertThat(rejection.deadLetter()).isNull();
  }

  @Test
  void noMessagesIsAnEmptyPrompt() {
    Rejection rejection = rejected(null, "{'request_id':'r','messages':[]}");
    assertThat(rejection.failure().code()).isEqualTo(ErrorCode.EMPTY_PROMPT);
  }

  @Test
  void aKeyThatDiffersFromTheSessionIsRefused() {
    Rejection rejection = rejected("other", "{'request_id':'r','session_id':'s','prompt':'a'}");
    assertThat(rejection.failure().code()).isEqualTo(ErrorCode.KEY_MISMATCH);
    assertThat(rejection.sessionId()).isEqualTo("s");
    assertThat(rejection.deadLetter()).isNotNull();
  }

  @Test
  void aTombstoneIsAnEmptyRecord() {
    Rejection rejection = PARSER.parse(null, null, "t", 0, 0, 0).rejection();
    assertThat(rejection.failure().code()).isEqualTo(ErrorCode.EMPTY_RECORD);
    assertThat(rejection.deadLetter().original()).isEmpty();
  }

  @Test
  void aRecordThatIsTooLargeNamesTheKeyToChange() {
    Rejection rejection = rejected(null, "{'request_id':'r','prompt':'" + "x".repeat(2000) + "'}");
    assertThat(rejection.failure().code()).isEqualTo(ErrorCode.TOO_LARGE);
    assertThat(rejection.failure().message()).contains("2000").contains("`request.max-bytes`");
    assertThat(rejection.requestId()).isEqualTo("r");
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    byte[] bad = bytes("{'request_id':'r','prompt':'?'}");
    bad[bad.length - 3] = (byte) 0xC3;
    Rejection rejection = PARSER.parse(null, bad, "t", 0, 0, 0).rejection();
    assertThat(rejection.failure().code()).isEqualTo(ErrorCode.BAD_UTF8);
    assertThat(rejection.requestId()).isEqualTo("r");
    Rejection key =
        PARSER
            .parse(new byte[] {-1}, bytes("{'request_id':'r','prompt':'a'}"), "t", 0, 0, 0)
            .rejection();
    assertThat(key.failure().message()).isEqualTo("the record's key is not valid UTF-8");
  }

  @Test
  void deepNestingIsRefused() {
    String deep = "{'request_id':'r','prompt':" + "[".repeat(100) + "]".repeat(100) + "}";
    assertThat(rejected(null, deep).failure().code()).isEqualTo(ErrorCode.BAD_JSON);
  }

  @Test
  void hugeNumbersAreRefused() {
    String huge = "{'request_id':'r','prompt':'a','seed':" + "9".repeat(900) + "}";
    assertThat(rejected(null, huge).failure().message()).contains("a number of 2990 bits");
  }

  private static Request accepted(String key, String json) {
    ParseOutcome outcome = parse(key, json);
    assertThat(outcome.rejection()).isNull();
    return outcome.request();
  }

  private static Rejection rejected(String key, String json) {
    ParseOutcome outcome = parse(key, json);
    assertThat(outcome.request()).isNull();
    assertThat(outcome.rejection()).isNotNull();
    return outcome.rejection();
  }

  private static ParseOutcome parse(String key, String json) {
    return PARSER.parse(
        key == null ? null : key.getBytes(StandardCharsets.UTF_8), bytes(json), "t", 3, 9, 77);
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static Request withArrival(String requestId, String sessionId, String prompt) {
    byte[] json = RequestJson.write(Samples.prompt(requestId, sessionId, prompt));
    String text = new String(json, StandardCharsets.UTF_8);
    return RequestJson.read(
        (text.substring(0, text.length() - 1) + ",\"arrival_ms\":77}")
            .getBytes(StandardCharsets.UTF_8));
  }
}
