package egress

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
)

// connect dials addr. Whether it may is decided on the address that the name turned out to have, at
// the moment of connecting: a name that resolves to something else the second time gains nothing.
func (b *Broker) connect(ctx context.Context, network, addr string, n names) (net.Conn, error) {
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return nil, blocked("", "only TCP is spoken", "check the address")
	}
	name, port, err := net.SplitHostPort(addr)
	if err != nil || !validPort(port) {
		return nil, blocked("", "the address has no host and port", "check the address")
	}
	host, err := canonical(name)
	if err != nil {
		return nil, err
	}
	if err := b.refuse(host, port, n); err != nil {
		return nil, err
	}
	_, notIP := netip.ParseAddr(host)
	d := net.Dialer{
		Timeout:  b.o.Limits.Connect,
		Resolver: b.o.Resolver,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			return b.check(address, host, port, n, notIP == nil)
		},
	}
	conn, err := d.DialContext(ctx, network, net.JoinHostPort(zoned(name, host), port))
	if err != nil && errors.Is(err, ErrBlocked) {
		for errors.Unwrap(err) != nil && !isHinted(err) {
			err = errors.Unwrap(err)
		}
	}
	return conn, err
}

// yours is the next step where a server may be the user's own.
const yours = "if this server is yours, name it with its port in the config, as in https://nas.example.org:443"

// refuse decides what can be decided before a name is looked up, so that the ledger lists nobody who
// was never asked.
func (b *Broker) refuse(host, port string, n names) error {
	if b.open {
		return nil
	}
	if _, err := netip.ParseAddr(host); err == nil {
		if err := b.check(net.JoinHostPort(host, port), host, port, n, true); err != nil {
			return err
		}
	}
	switch {
	case !n.has(host, port) && port != "80" && port != "443":
		return blocked(host, "port "+port+" is only for servers that the config names", yours)
	case !n.has(host, port) && homely(host):
		return blocked(host, "it is a name of a home network that the config does not name", yours)
	}
	return nil // a name is decided on when its address is known
}

// zoned keeps the zone of a literal link-local address, which connecting needs.
func zoned(name, host string) string {
	if ip, err := netip.ParseAddr(name); err == nil && ip.Zone() != "" {
		return name
	}
	return host
}

// isHinted is true of what blocked made, less what net put around it.
func isHinted(err error) bool {
	var op *net.OpError
	return !errors.As(err, &op)
}

// check decides on the address that is about to be connected to.
func (b *Broker) check(address, host, port string, n names, literal bool) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return blocked(host, "its address cannot be read", "check the address")
	}
	v := classify(b.blocks, ap.Addr())
	switch {
	case v.why == "" || b.open:
		return nil
	case !v.nameable || v.link && !literal:
		return blocked(host, "it leads to "+v.why, "nothing is read from there: check the address")
	case v.public && n.has(host, port) || n.home(host, port):
		return nil
	}
	return blocked(host, "it leads to "+v.why+" that the config does not name", yours)
}
