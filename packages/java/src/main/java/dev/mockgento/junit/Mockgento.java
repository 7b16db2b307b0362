package dev.mockgento.junit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests of this class that ask for a {@link dev.mockgento.Shop} get one, as it was started. Tests that run at once have a
 * server each. What is left empty has the default of {@code mockgento serve}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(MockgentoExtension.class)
public @interface Mockgento {
    /** A seed file, or the name of a shop that comes with the program. */
    String seed() default "";

    /** Release of the OroCRM bridge, or "none". */
    String bridge() default "";

    /** Which Magento or OpenMage it poses as. */
    String flavor() default "";

    /** WS-I document/literal instead of RPC/encoded. */
    boolean wsi() default false;

    /** Freezes the shop's clock there, such as 2026-01-31T09:00:00Z. */
    String now() default "";

    /** More arguments of {@code mockgento serve}. */
    String[] args() default {};
}
