package io.caudal.stream.state;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Serializes an immutable record as its versioned wire bytes, between tasks and in state. So state
 * is as compatible as the wire: a field is added as optional with a default, and old savepoints are
 * read by new code.
 *
 * @param <T> immutable, so that copies are the record itself
 */
abstract class WireSerializer<T> extends TypeSerializerSingleton<T> {

  abstract byte[] write(T record);

  abstract T read(byte[] bytes) throws IOException;

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public T copy(T from) {
    return from;
  }

  @Override
  public T copy(T from, T reuse) {
    return from;
  }

  @Override
  public void serialize(T record, DataOutputView target) throws IOException {
    byte[] bytes = write(record);
    target.writeInt(bytes.length);
    target.write(bytes);
  }

  @Override
  public T deserialize(DataInputView source) throws IOException {
    byte[] bytes = new byte[source.readInt()];
    source.readFully(bytes);
    return read(bytes);
  }

  @Override
  public T deserialize(T reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    int length = source.readInt();
    target.writeInt(length);
    target.write(source, length);
  }
}
