"""M/M/4 in SimPy, as its documentation writes such a model.

Arguments: seed, arrival rate, mean service, time. Prints one JSON object: arrivals and departures, seconds of processor
time they took, and the means over time and over customers.
"""

import json
import random
import sys
import time

import simpy

SERVERS = 4


class Measured:
    """Customers present over time, and how long each stayed."""

    def __init__(self, env):
        self.env = env
        self.present = 0
        self.changed = 0.0
        self.area = 0.0
        self.arrivals = 0
        self.departures = 0
        self.stayed = 0.0

    def change(self, by):
        self.area += self.present * (self.env.now - self.changed)
        self.changed = self.env.now
        self.present += by


def customer(env, servers, rate, measured):
    arrived = env.now
    measured.arrivals += 1
    measured.change(1)
    with servers.request() as request:
        yield request
        yield env.timeout(random.expovariate(rate))
    measured.change(-1)
    measured.departures += 1
    measured.stayed += env.now - arrived


def source(env, servers, arrival_rate, service_rate, measured):
    while True:
        yield env.timeout(random.expovariate(arrival_rate))
        env.process(customer(env, servers, service_rate, measured))


def main():
    seed, arrival_rate, mean_service, until = (float(argument) for argument in sys.argv[1:])
    random.seed(seed)
    env = simpy.Environment()
    servers = simpy.Resource(env, capacity=SERVERS)
    measured = Measured(env)
    env.process(source(env, servers, arrival_rate, 1 / mean_service, measured))
    began = time.process_time()
    env.run(until=until)
    seconds = time.process_time() - began
    measured.change(0)
    print(
        json.dumps(
            {
                "events": measured.arrivals + measured.departures,
                "seconds": seconds,
                "meanPresent": measured.area / until,
                "meanResponse": measured.stayed / measured.departures,
            }
        )
    )


main()
