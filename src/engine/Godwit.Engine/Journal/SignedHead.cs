using Godwit.Security.Signing;

namespace Godwit.Engine.Journal;

/// <summary>A head with the key that it says signed it; null when that key cannot be read or is not there.</summary>
public sealed record SignedHead(JournalHead Head, EcPublicKey? Key);
