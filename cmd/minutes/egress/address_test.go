package egress

import (
	"net/netip"
	"strings"
	"testing"
)

func FuzzCanonical(f *testing.F) {
	for _, h := range hostileHosts() {
		f.Add(strings.Trim(h, "[]"))
	}
	f.Add("münchen.example")
	f.Add("example.org.")
	bl := blocks()
	f.Fuzz(func(t *testing.T, host string) {
		c, err := canonical(host)
		if err != nil {
			return
		}
		again, err := canonical(c)
		if err != nil || again != c {
			t.Fatalf("%q becomes %q, then %q, %v", host, c, again, err)
		}
		if ip, err := netip.ParseAddr(c); err == nil {
			classify(bl, ip)
			return
		}
		if strings.Trim(c, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "" || numeric(c[strings.LastIndexByte(c, '.')+1:]) {
			t.Fatalf("%q becomes %q", host, c)
		}
	})
}

func FuzzClassify(f *testing.F) {
	bl := blocks()
	f.Add([]byte{127, 0, 0, 1})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		ip, ok := netip.AddrFromSlice(b)
		v := classify(bl, ip)
		if !ok {
			if v.why == "" {
				t.Fatal("what is no address is public")
			}
			return
		}
		// The standard library's own words must never be on the other side.
		u := ip.Unmap()
		if v.why == "" && (u.IsLoopback() || u.IsPrivate() || u.IsLinkLocalUnicast() || u.IsMulticast() || u.IsUnspecified() || !u.IsGlobalUnicast()) {
			t.Fatalf("%v is taken for public", ip)
		}
	})
}

func TestPublicAddressesAreNotRefused(t *testing.T) {
	bl := blocks()
	for _, s := range []string{"1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
		"192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "126.255.255.255", "128.0.0.0", "11.0.0.0", "9.255.255.255", "169.253.255.255",
		"169.255.0.0", "2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "2001:200::1", "2003::1", "2400::1", "3ffe::1"} {
		if v := classify(bl, netip.MustParseAddr(s)); v.why != "" {
			t.Errorf("%s is taken for %s", s, v.why)
		}
	}
}
