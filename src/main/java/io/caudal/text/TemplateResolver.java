package io.caudal.text;

import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import java.util.List;
import java.util.regex.Pattern;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELException;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;

/**
 * Jinjava's own resolver behind Python's string methods, which are the only methods that a template
 * can call on a text.
 */
final class TemplateResolver extends CompositeELResolver {

  TemplateResolver() {
    add(new TextMethods());
    add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_WRITE);
  }

  private static final class TextMethods extends ELResolver {
    private static final Pattern INDEX = Pattern.compile("-?\\d{1,9}");

    @Override
    public @Nullable Object invoke(
        ELContext context,
        @Nullable Object base,
        Object method,
        Class<?> @Nullable [] types,
        Object @Nullable [] arguments) {
      if (!(base instanceof String text)) {
        return null;
      }
      context.setPropertyResolved(true);
      return PythonText.call(
          text, String.valueOf(method), arguments == null ? List.of() : List.of(arguments));
    }

    @Override
    public @Nullable Object getValue(
        ELContext context, @Nullable Object base, @Nullable Object key) {
      // Jinjava turns an index into text on its way here.
      if (!(base instanceof String text)
          || key == null
          || !INDEX.matcher(key.toString()).matches()) {
        return null;
      }
      context.setPropertyResolved(true);
      int index = Integer.parseInt(key.toString());
      int at = index < 0 ? text.length() + index : index;
      return at >= 0 && at < text.length() ? text.substring(at, at + 1) : null;
    }

    @Override
    public @Nullable Class<?> getType(ELContext context, @Nullable Object base, Object key) {
      return null;
    }

    @Override
    public void setValue(
        ELContext context, @Nullable Object base, @Nullable Object key, @Nullable Object value) {
      if (base instanceof String) {
        throw new ELException("a text can't be changed");
      }
    }

    @Override
    public boolean isReadOnly(ELContext context, @Nullable Object base, @Nullable Object key) {
      return true;
    }

    @Override
    public @Nullable Class<?> getCommonPropertyType(ELContext context, @Nullable Object base) {
      return null;
    }

    @Override
    public java.util.@Nullable Iterator<java.beans.FeatureDescriptor> getFeatureDescriptors(
        ELContext context, @Nullable Object base) {
      return null;
    }
  }
}
