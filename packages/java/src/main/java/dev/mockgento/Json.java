package dev.mockgento;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.ToNumberPolicy;
import java.util.Map;

/** JSON as maps, lists, texts and numbers; whole numbers are longs. */
final class Json {
    private static final Gson GSON = new GsonBuilder()
            .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
            .disableHtmlEscaping()
            .serializeNulls()
            .create();

    private Json() {}

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(String text) {
        Object read = GSON.fromJson(text, Object.class);
        if (read instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new JsonParseException("no object");
    }

    static String text(Object value) {
        return GSON.toJson(value);
    }
}
