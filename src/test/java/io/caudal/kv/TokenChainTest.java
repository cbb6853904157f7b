package io.caudal.kv;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenChainTest {

  @Test
  void depends_on_every_token_before() {
    int[] tokens = {1, 2, 3, 4, 5, 6};
    int[] other = {9, 2, 3, 4, 5, 6};

    long chained = TokenChain.extend(TokenChain.ofBlocks(tokens, 2, 2), tokens, 4, 6);

    assertThat(chained).isEqualTo(TokenChain.ofBlocks(tokens, 3, 2));
    assertThat(chained).isNotEqualTo(TokenChain.ofBlocks(other, 3, 2));
    assertThat(TokenChain.ofBlocks(tokens, 0, 2)).isEqualTo(TokenChain.ROOT);
  }

  @Test
  void stays_as_written_in_stored_blocks() {
    assertThat(TokenChain.extend(TokenChain.ROOT, new int[] {1, 2, 3}, 0, 3))
        .isEqualTo(-3790770159120261081L);
  }
}
