"""The people of the demonstration. The short name is how the stories call them."""

from dataclasses import dataclass

from accounts.capabilities import Role
from accounts.models import Region


@dataclass(frozen=True)
class Company:
    """A client organisation."""

    name: str
    domain: str
    region: Region


@dataclass(frozen=True)
class Character:
    """A person: a client of one company, or a colleague with a role."""

    name: str
    role: Role = Role.CLIENT
    company: str = ""
    time_zone: str = "UTC"
    has_left: bool = False


COMPANIES = {
    "meridian": Company("Meridian Mobility", "meridian-mobility.example", Region.EMEA),
    "halden": Company("Halden Health", "halden-health.example", Region.AMERICAS),
    "sunda": Company("Sunda Commerce", "sunda-commerce.example", Region.APAC),
}

CLIENTS = {
    "maria": Character("Maria Okafor", company="meridian", time_zone="Europe/Berlin"),
    "tobias": Character("Tobias Lindqvist", company="meridian", time_zone="Europe/Stockholm"),
    "anneke": Character("Anneke de Vries", company="meridian", time_zone="Europe/Amsterdam"),
    "yasmin": Character("ياسمين السيد", company="meridian", time_zone="Africa/Cairo"),
    "daniel": Character("Daniel Reyes", company="halden", time_zone="America/Chicago"),
    "priya": Character("Dr. Priya Raman", company="halden", time_zone="America/New_York"),
    "carla": Character("Carla Nunes", company="halden", time_zone="America/Sao_Paulo"),
    "theo": Character("Theo Whitfield", company="halden", time_zone="America/Los_Angeles"),
    "lin": Character("Lin Wei", company="sunda", time_zone="Asia/Singapore"),
    "arjun": Character("Arjun Mehta", company="sunda", time_zone="Asia/Kolkata"),
    "siti": Character("Siti Rahma", company="sunda", time_zone="Asia/Jakarta"),
    "grace": Character("Grace Tan", company="sunda", time_zone="Asia/Singapore"),
}

COLLEAGUES = {
    "nadia": Character("Nadia Haddad", Role.ISR, time_zone="Europe/London"),
    "jonas": Character("Jonas Brandt", Role.ISR, time_zone="Europe/Berlin"),
    # Began this week: leads nothing yet.
    "ruth": Character("Ruth Wanjiru", Role.ISR, time_zone="Africa/Nairobi"),
    "elena": Character("Elena Petrova", Role.ARCHITECT, time_zone="Europe/Berlin"),
    "samuel": Character("Samuel Otieno", Role.ARCHITECT, time_zone="Africa/Nairobi"),
    "chloe": Character("Chloé Martin", Role.SOLUTIONS, time_zone="Europe/Paris"),
    "bikash": Character("Bikash Gurung", Role.SOLUTIONS, time_zone="Asia/Kathmandu"),
    "faith": Character("Faith Njeri", Role.DELIVERY, time_zone="Africa/Nairobi"),
    "prakash": Character("Prakash Shrestha", Role.DELIVERY, time_zone="Asia/Kathmandu"),
    "miguel": Character("Miguel Santos", Role.DELIVERY, time_zone="America/Bogota"),
    "helen": Character("Helen Brooks", Role.ACCOUNTS, time_zone="Europe/London"),
    "omar": Character("Omar Farouk", Role.BILLING, time_zone="Africa/Cairo"),
    "ingrid": Character("Ingrid Solheim", Role.ADMIN, time_zone="Europe/Oslo"),
    "sunita": Character("Sunita Tamang", Role.AGILE_WORKER, time_zone="Asia/Kathmandu"),
    "kevin": Character("Kevin Mwangi", Role.AGILE_WORKER, time_zone="Africa/Nairobi"),
    # Left the company; what he did keeps his name.
    "peter": Character("Peter Novak", Role.ISR, has_left=True),
}

# The names in addresses, where the name itself is not written in Latin letters.
LOCAL_PARTS = {"yasmin": "yasmin.elsayed", "priya": "priya.raman", "chloe": "chloe.martin", "anneke": "anneke.devries"}
