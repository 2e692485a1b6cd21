namespace Godwit.Security.Keyring;

/// <summary>What a key may be used for. The order is the only way that a key goes; none ever goes back.</summary>
public enum KeyState
{
    /// <summary>Known to every host before any of them uses it: a host that has not heard of a key yet can read nothing that another wrote with it, and verify none of its tokens.</summary>
    Announced,

    /// <summary>Encrypts, signs, and computes what is stored anew. One key of a purpose is active.</summary>
    Active,

    /// <summary>Decrypts and verifies what is there, and looks it up.</summary>
    DecryptOnly,

    /// <summary>Used for nothing. Its wrapped bytes are still there, for a backup that was taken before.</summary>
    Retired,

    /// <summary>Its wrapped bytes are gone; the record says that there was such a key.</summary>
    Destroyed,
}

public static class KeyStates
{
    /// <summary>Whether a key may go from one state to the other.</summary>
    public static bool MayBecome(this KeyState from, KeyState to) => (from, to) is
        (KeyState.Announced, KeyState.Active) or (KeyState.Announced, KeyState.Retired)
        or (KeyState.Active, KeyState.DecryptOnly)
        or (KeyState.DecryptOnly, KeyState.Retired)
        or (KeyState.Retired, KeyState.Destroyed);

    /// <summary>Whether a key may have gone from one state to the other by any number of steps, or none.</summary>
    public static bool MayReach(this KeyState from, KeyState to) =>
        from == to || Enum.GetValues<KeyState>().Any(next => from.MayBecome(next) && next.MayReach(to));

    /// <summary>Whether a host holds the key.</summary>
    public static bool IsUsable(this KeyState state) => state is KeyState.Announced or KeyState.Active or KeyState.DecryptOnly;
}
