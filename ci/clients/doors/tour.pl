# The tour of API v1 with Perl: SOAP::Lite at the door of SOAP, RPC::XML::Client at that of XML-RPC.
#
#   tour.pl soap-lite|rpc-xml
use strict;
use warnings;
use utf8;

my ($client) = @ARGV;
my ($base, $user, $key) = @ENV{qw(MOCKGENTO_BASE MOCKGENTO_USER MOCKGENTO_API_KEY)};
my $failed = 0;
binmode STDOUT, ':utf8';

sub check {
    my ($name, $actual, $expected) = @_;
    return print "ok $name\n" if $actual eq $expected;
    $failed++;
    print "FAIL $name: expected $expected, got $actual\n";
}

# Calls a function of the handler; dies with code and text of a fault.
my $ask;
if ($client eq 'rpc-xml') {
    require RPC::XML::Client;
    $RPC::XML::ALLOW_NIL = $RPC::XML::ALLOW_NIL = 1;
    my $shop = RPC::XML::Client->new("${base}api/xmlrpc/");
    $ask = sub {
        my $answer = $shop->send_request(@_);
        die "$answer\n" unless ref $answer;
        die $answer->code . ' ' . $answer->string . "\n" if $answer->is_fault;
        return $answer->value;
    };
} else {
    require SOAP::Lite;
    my $shop = SOAP::Lite->service("${base}api/soap/?wsdl");
    $shop->on_fault(sub { my (undef, $answer) = @_; die ref $answer ? $answer->faultcode . ' ' . $answer->faultstring . "\n" : "$answer\n" });
    $ask = sub { my $function = shift; $shop->$function(@_) };
}

sub fault_of {
    my $answer = eval { $ask->(@_) };
    return 'no fault but ' . ($answer // 'nothing') unless $@;
    my $fault = $@;
    chomp $fault;
    return $fault;
}

check('login with a wrong key', fault_of('login', $user, 'wrong-key'), '2 Access denied.');
my $session = $ask->('login', $user, $key);
check('login', length $session, 32);
check('customer.info', $ask->('call', $session, 'customer.info', ['1'])->{firstname}, 'Ada');
check('customer.info of one unknown', fault_of('call', $session, 'customer.info', ['999']), '102 Customer not exists.');
check('a path that leads nowhere', fault_of('call', $session, 'customer.nosuch', []), '3 Invalid api path.');
check('customer_address.list', $ask->('call', $session, 'customer_address.list', ['1'])->[0]{city}, 'Los Angeles');
check('catalog_product.info', $ask->('call', $session, 'catalog_product.info', ['TEA-G'])->{name}, 'Green <tea>');
check('core_store.list', $ask->('call', $session, 'core_store.list', [])->[0]{code}, 'default');
# SOAP::Lite makes an empty list of a FixedArray, whatever shop sends it.
if ($client eq 'rpc-xml') {
    my $answers = $ask->('multiCall', $session, [['customer.info', ['2']], ['customer.info', ['999']]]);
    check('multiCall', "$answers->[0]{firstname} $answers->[1]{faultCode}", 'Bob 102');
    my %known = map { $_->{name} => 1 } @{ $ask->('resources', $session) };
    check('resources', join(' ', grep { $known{$_} } qw(customer sales_order cart)), 'customer sales_order cart');
}
check('endSession', $ask->('endSession', $session) ? 1 : 0, 1);
check('a call afterwards', fault_of('call', $session, 'customer.info', ['1']), '5 Session expired. Try to relogin.');
exit($failed ? 1 : 0);
