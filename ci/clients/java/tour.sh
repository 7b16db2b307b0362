#!/usr/bin/env bash
# The tour of ci/clients/README.md with two Java stacks: Apache Axis 1.4 for RPC/encoded, JAX-WS (Metro) for WS-I. Stubs
# are made from the shop's WSDL as a user would make them, compiled and run. `tour.sh --probe` says whether all it needs
# is there.
set -eu
jars=/usr/share/java
here=$(cd "$(dirname "$0")" && pwd)

axis=$jars/axis.jar:$jars/axis-jaxrpc.jar:$jars/axis-saaj.jar:$jars/commons-logging.jar:$jars/commons-discovery.jar:$jars/wsdl4j.jar:$jars/javax.mail.jar:$jars/activation.jar
jaxws=$(printf '%s:' $jars/jaxws-*.jar $jars/jaxb-*.jar $jars/*jws*.jar $jars/saaj-*.jar $jars/javax.xml.soap-api.jar \
  $jars/javax.activation.jar $jars/streambuffer.jar $jars/stax-ex.jar $jars/txw2.jar $jars/istack-commons-*.jar \
  $jars/xsom.jar $jars/rngom.jar $jars/codemodel.jar $jars/dtd-parser.jar $jars/gmbal*.jar $jars/management-api.jar \
  $jars/policy.jar $jars/mimepull.jar $jars/FastInfoset.jar $jars/woodstox-core.jar $jars/stax2-api.jar \
  $jars/relaxngDatatype.jar $jars/resolver.jar)

if [ "${1:-}" = --probe ]; then
  command -v javac >/dev/null && [ -e $jars/axis.jar ] && [ -e $jars/jaxws-tools.jar ]
  exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/src" "$work/classes"
if [ "$MOCKGENTO_STYLE" = rpc ]; then
  path=$axis tour=Axis
  java -cp "$path" org.apache.axis.wsdl.WSDL2Java -o "$work/src" -p mage "$MOCKGENTO_WSDL"
else
  path=$jaxws tour=Jaxws
  java -cp "$path" com.sun.tools.ws.WsImport -quiet -Xnocompile -s "$work/src" -d "$work/src" -p mage "$MOCKGENTO_WSDL"
fi
cp "$here/Checks.java" "$here/${tour}Tour.java" "$here/${tour}OrderTour.java" "$work/src"
[ "$MOCKGENTO_BRIDGE" = none ] || cp "$here/${tour}BridgeTour.java" "$work/src"
javac -encoding UTF-8 -nowarn -proc:none -cp "$path" -sourcepath "$work/src" -d "$work/classes" "$work"/src/*Tour.java \
  "$work"/src/Checks.java 2>"$work/javac.log" || { cat "$work/javac.log"; exit 1; }
MOCKGENTO_ENDPOINT=${MOCKGENTO_WSDL%%\?*} java -Dfile.encoding=UTF-8 \
  -Djavax.xml.soap.SAAJMetaFactory=com.sun.xml.messaging.saaj.soap.SAAJMetaFactoryImpl -cp "$path:$work/classes" "${tour}Tour"
