using Godwit.Identity.Keys;
using Godwit.Security.Macs;

namespace Godwit.Identity.Devices;

/// <summary>What a device is known by after a full login, for one account. It opens nothing: it tells a device that the owner has used from all others.</summary>
internal sealed class DeviceToken(KeyedMac macs)
{
    private readonly SignedId _ids = new(macs);

    public string Make(Guid user, Guid device) => _ids.Make(user.ToString(), device);

    /// <returns>The device; null when the token is not of this account, or none.</returns>
    public Guid? Read(Guid user, string? token) => token is null ? null : _ids.Read(user.ToString(), token);
}
