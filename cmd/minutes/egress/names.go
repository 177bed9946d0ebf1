package egress

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/dailyminutes/minutes"
	"golang.org/x/net/idna"
)

// names are the hosts a config names, canonical, with their ports: true for a port that was written, false
// for one that a host without a port stands for.
type names map[string]map[string]bool

// newNames reads what a config names. usual are the ports that a host without one stands for.
func newNames(named []string, usual ...string) names {
	n := names{}
	for _, s := range named {
		host, port := s, ""
		if h, p, err := net.SplitHostPort(s); err == nil {
			host, port = h, p
		}
		host, err := canonical(strings.Trim(host, "[]"))
		if err != nil {
			continue // it can then only be reached if it is public
		}
		if n[host] == nil {
			n[host] = map[string]bool{}
		}
		if port != "" {
			n[host][port] = true
			continue
		}
		for _, p := range usual {
			written := n[host][p] // in another address of the same config
			n[host][p] = written
		}
	}
	return n
}

// has says whether the config names this host at this port.
func (n names) has(host, port string) bool {
	_, ok := n[host][port]
	return ok
}

// home says whether the config names this host as one that may be loopback or private: as an address, by a
// name that only a home network has, or with its port. Whoever owns any other name may point it anywhere,
// also at the user's router, and a feed's address without a port says nothing of homes.
func (n names) home(host, port string) bool {
	if !n.has(host, port) {
		return false
	}
	_, notIP := netip.ParseAddr(host)
	return n[host][port] || notIP == nil || homely(host)
}

// homely holds for names that the DNS of the open Internet does not have.
func homely(host string) bool {
	switch last := host[strings.LastIndexByte(host, '.')+1:]; last {
	case host, "localhost", "local", "localdomain", "lan", "home", "internal", "intranet", "private", "corp":
		return true
	case "arpa":
		return strings.HasSuffix(host, ".home.arpa")
	}
	return false
}

// canonical is the one form of a host: lower case, no final dot, ASCII, IPv4 as four numbers, IPv6 in
// its shortest form without a zone's name. Forms that only some libraries read as an address
// (0x7f.1, 2130706433, 0177.0.0.1) are refused.
func canonical(host string) (string, error) {
	if host == "" || len(host) > 253+1 {
		return "", blocked("", "the address has no host", "check the address")
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.WithZone("").Unmap().String(), nil
	}
	h := strings.TrimSuffix(host, ".")
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		// Names with "_" or of a home network are no names of the DNS; they still resolve.
		if ascii = strings.ToLower(host); strings.Trim(ascii, "abcdefghijklmnopqrstuvwxyz0123456789._-") != "" {
			return "", blocked(h, "this is no name of a host", "check the address")
		}
	}
	ascii = strings.TrimSuffix(strings.ToLower(ascii), ".")
	if ip, err := netip.ParseAddr(ascii); err == nil { // full-width digits become plain ones
		return ip.WithZone("").Unmap().String(), nil
	}
	if ascii == "" || strings.Contains(ascii, "..") || strings.Trim(ascii, ".") != ascii {
		return "", blocked(h, "this is no name of a host", "check the address")
	}
	if last := ascii[strings.LastIndexByte(ascii, '.')+1:]; numeric(last) {
		return "", blocked(h, "this is a number, not a name", "write an address as four numbers, like 192.168.1.2")
	}
	return ascii, nil
}

// numeric holds for the last part of a host that old libraries read as a number.
func numeric(s string) bool {
	if rest, ok := strings.CutPrefix(s, "0x"); ok {
		return strings.Trim(rest, "0123456789abcdef") == ""
	}
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// Host is the host of a URL that may be asked at all, in its one form (see canonical): a look-alike shows.
func Host(u *url.URL) (string, error) {
	switch {
	case u == nil || u.Scheme != "http" && u.Scheme != "https":
		return "", blocked("", "only http and https are spoken", "check the address")
	case u.User != nil:
		return "", blocked("", "the address has a user name in it", "take what stands before the @ out of the address; passwords have keys of their own")
	}
	return canonical(u.Hostname())
}

func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}

func validPort(p string) bool {
	n, err := strconv.ParseUint(p, 10, 16)
	return err == nil && n > 0
}

// blocked is an ErrBlocked with what is wrong and what to do.
func blocked(host, why, hint string) error {
	if host != "" {
		why = minutes.CleanLine(host).Cut(80).String() + ": " + why
	}
	return minutes.WithHint(fmt.Errorf("%w: %s", ErrBlocked, why), hint)
}
