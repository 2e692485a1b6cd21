using Godwit.Http.Modules;

namespace Godwit.Identity;

/// <summary>The identity service as a host takes it: accounts, sessions, second factors, devices, consents and what a person may ask about their own data.</summary>
public sealed class IdentityModule : IPlatformModule
{
    public string Name => "identity";
}
