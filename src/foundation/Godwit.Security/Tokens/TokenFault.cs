namespace Godwit.Security.Tokens;

/// <summary>Why a token is none. For the log and for metrics; a caller is told only that it is not valid.</summary>
public enum TokenFault
{
    None,

    /// <summary>Too long, not three parts, not base64url in the one form that bytes have, or not JSON objects without repeated members.</summary>
    Malformed,

    /// <summary>The header asks for something that is not done here: <c>jku</c>, <c>x5u</c>, <c>jwk</c>, <c>x5c</c>, <c>crit</c>, <c>b64</c>, or a member that nobody knows.</summary>
    Header,

    /// <summary>The algorithm is not ES256: <c>none</c>, HS256 and all others.</summary>
    Algorithm,

    /// <summary>It is a token of another type.</summary>
    Type,

    /// <summary>No key of that id: never there, or not any more.</summary>
    UnknownKey,
    Signature,

    /// <summary>A claim is missing or of the wrong kind.</summary>
    Claims,
    Issuer,
    Audience,
    NotYetValid,
    Expired,

    /// <summary>It is good for longer than tokens of this kind are.</summary>
    LivesTooLong,
}
