package io.caudal.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JinjaDialectTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{% set n = namespace(a=b|length - 1, c=0) %};{% set n = namespace(a=(b|length - 1), c=(0)) %}",
        "{{ f(a == b, c != d, e <= g) }};{{ f(a == b, c != d, e <= g) }}",
        "{{ f(x='a=b)', y=[1, 2]) }};{{ f(x=('a=b)'), y=([1, 2])) }}",
        "{{ f(g(a=1), b=h(c=2)) }};{{ f(g(a=(1)), b=(h(c=(2)))) }}",
        "{{ x[::-1] }} [::-1];{{ x|reverse }} [::-1]",
        "{{ f(x[::-1], a=y[::-1]) }};{{ f(x|reverse, a=(y|reverse)) }}",
        "{# f(a=1) #} f(a=1);{# f(a=1) #} f(a=1)",
        "{% macro m(a='x') %};{% macro m(a='x') %}",
        "{{ '}} (a=1)' }};{{ '}} (a=1)' }}",
        "{{ f(a=;{{ f(a=(",
      })
  void rewritesCodeAndNothingElse(String jinja, String jinjava) {
    assertThat(JinjaDialect.toJinjava(jinja)).isEqualTo(jinjava);
  }
}
