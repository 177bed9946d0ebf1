package secret

import (
	"context"
	"errors"
	"fmt"

	"github.com/dailyminutes/minutes"
	"github.com/zalando/go-keyring"
)

// The places that a keyring entry may be found in, as people are told.
const (
	PlaceRing  = "the keyring"
	PlaceStore = "the encrypted store"
)

// Find is Resolver's answer together with the place it was found in, for people.
func Find(ctx context.Context, o Options, ref minutes.SecretRef) (minutes.Secret, string, error) {
	return o.filled().find(ctx, ref)
}

// Keep stores a secret in the keyring, or in the encrypted store where there is none or file is set. It
// says where, and why not in the keyring ("" if it is there). What the other place had under that name
// is made the same or removed: it would be found later, and be wrong.
func Keep(ctx context.Context, o Options, name string, value minutes.Secret, file bool) (place, why string, err error) {
	o = o.filled()
	if value.Empty() {
		return "", "", minutes.WithHint(errors.New("an empty secret is not stored"), "type it, then Enter")
	}
	if o.Known != nil {
		o.Known.Add(value)
	}
	if !file {
		if why, err = o.keepInRing(ctx, name, value); err == nil && why == "" {
			if o.storeHas(name) {
				err = Store(o, name, value)
			}
			return PlaceRing, "", err
		}
		if err != nil {
			return "", "", err
		}
	}
	if err = Store(o, name, value); err != nil {
		return "", why, err
	}
	if file {
		why = "as was asked"
		if _, err := o.dropFromRing(ctx, name); err != nil && ctx.Err() != nil {
			return PlaceStore, why, ctx.Err()
		}
	}
	return PlaceStore, why, nil
}

// keepInRing stores and reads back; why says what the keyring could not do.
func (o Options) keepInRing(ctx context.Context, name string, value minutes.Secret) (why string, err error) {
	got, err := within(ctx, o.wait.person, func() (string, error) {
		if err := o.ring.Set(Service, name, value.Reveal()); err != nil {
			return "", err
		}
		return o.ring.Get(Service, name)
	})
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("keyring entry %s: %w", clean(name), ctx.Err())
	case err != nil:
		return reason(err), nil
	case got != value.Reveal():
		return "it does not give back what it was given", nil
	}
	return "", nil
}

// dropFromRing says whether the keyring had it.
func (o Options) dropFromRing(ctx context.Context, name string) (bool, error) {
	_, err := within(ctx, o.wait.person, func() (string, error) { return "", o.ring.Delete(Service, name) })
	if errors.Is(err, keyring.ErrNotFound) || errors.Is(err, errNoRing) {
		return false, nil
	}
	return err == nil, err
}

// Forget removes a secret from the keyring and from the encrypted store, and says from which it was
// removed. Where neither had it the error is minutes.ErrNotFound. A keyring that cannot be asked is an
// error, but not before the store was seen to.
func Forget(ctx context.Context, o Options, name string) (places []string, err error) {
	o = o.filled()
	had, noRing := o.dropFromRing(ctx, name)
	if had {
		places = append(places, PlaceRing)
	}
	switch err := forget(o, name); {
	case err == nil:
		places = append(places, PlaceStore)
	case !errors.Is(err, minutes.ErrNotFound):
		return places, err
	}
	if noRing != nil && ctx.Err() == nil {
		return places, minutes.WithHint(fmt.Errorf("keyring entry %s cannot be removed: %s", clean(name), reason(noRing)), "unlock the keyring, then try again")
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("keyring entry %s: %w", clean(name), minutes.ErrNotFound)
	}
	return places, nil
}
