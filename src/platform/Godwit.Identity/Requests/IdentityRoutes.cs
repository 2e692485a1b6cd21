using Godwit.Identity.Administration;
using Godwit.Identity.DataRequests;
using Godwit.Identity.Devices;
using Godwit.Identity.EmailChange;
using Godwit.Identity.External;
using Godwit.Identity.MagicLinks;
using Godwit.Identity.Passkeys;
using Godwit.Identity.People;
using Godwit.Identity.Phones;
using Godwit.Identity.Recovery;
using Godwit.Identity.Reference;
using Godwit.Identity.Registration;
using Godwit.Identity.Roles;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Sessions;
using Microsoft.AspNetCore.Routing;

namespace Godwit.Identity.Requests;

/// <summary>All routes of the service, each by the folder whose work it asks for.</summary>
internal static class IdentityRoutes
{
    public static void Map(IEndpointRouteBuilder builder)
    {
        var routes = new RouteMap(builder);
        ReferenceRoutes.Map(routes);
        RegistrationRoutes.Map(routes);
        SessionRoutes.Map(routes);
        RecoveryRoutes.Map(routes);
        FactorRoutes.Map(routes);
        PasskeyRoutes.Map(routes);
        MagicLinkRoutes.Map(routes);
        ExternalRoutes.Map(routes);
        DeviceRoutes.Map(routes);
        EmailChangeRoutes.Map(routes);
        PhoneRoutes.Map(routes);
        PersonRoutes.Map(routes);
        DataRequestRoutes.Map(routes);
        RoleRoutes.Map(routes);
        AdministrationRoutes.Map(routes);
    }
}
